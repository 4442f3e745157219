"""Where small files lie for a moment on their way into the store or out of it."""

import functools
import os
import shutil
from pathlib import Path

IN_MEMORY = Path("/dev/shm")
FREE_BYTES = 2**26


@functools.cache
def scratch_root() -> str | None:
    """A file system in memory where there is one with room, else None: what `tempfile` chooses.

    Making and removing a folder on a busy disk takes longer than all else that loading a small
    artifact does. Who sets TMPDIR has chosen already.
    """
    if "TMPDIR" in os.environ or not os.access(IN_MEMORY, os.W_OK | os.X_OK):
        return None
    return str(IN_MEMORY) if shutil.disk_usage(IN_MEMORY).free >= FREE_BYTES else None
