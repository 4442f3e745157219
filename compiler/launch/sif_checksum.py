"""Whether a SIF file is the one that was pinned, looked at once for each change of the file."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from heldout.compiler.files import write_if_changed

if TYPE_CHECKING:
    from heldout.compiler.images.pins import Sif


def is_pinned_file(sif: "Sif") -> bool:
    """Whether the file's SHA-256 is the pinned one.

    Hashing gigabytes takes seconds, so what was found is kept beside the file, with its size and time.
    """
    about = sif.path.stat()
    seen = {"size": about.st_size, "changed": about.st_mtime_ns, "sha256": sif.sha256}
    note = sif.path.with_name(f"{sif.path.name}.checked.json")
    if _read(note) == seen:
        return True
    with sif.path.open("rb") as file:
        found = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    if found != sif.sha256:
        return False
    with suppress(OSError):  # a folder that may not be written costs the time again
        write_if_changed(note, json.dumps(seen) + "\n")
    return True


def _read(note: Path) -> object:
    try:
        return json.loads(note.read_bytes())
    except (OSError, ValueError):
        return None
