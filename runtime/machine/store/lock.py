"""The lock that a writer shares, so that nobody removes results meanwhile."""

import contextlib
import fcntl
import os
from pathlib import Path

LOCK = ".lock"  # `heldout gc` holds it alone (`compiler/store/lock.py`)


def share(root: Path) -> int | None:
    """Wait until nobody removes results from a store, and keep it so until the descriptor is closed.

    None where the file system has no locks or the store cannot be written: nobody can remove
    anything there either.
    """
    descriptor = None
    try:
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor
    except OSError:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        return None
