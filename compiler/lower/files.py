"""Write files only where they differ, so that the time of a file says when its content changed."""

import os
import tempfile
from pathlib import Path


def write_if_changed(path: Path, content: str | bytes) -> bool:
    """Make a file hold this text, or these bytes: written beside, then renamed.

    Returns:
        whether it had to be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        os.fchmod(file.fileno(), 0o644)
    Path(beside).replace(path)
    return True


def remove_others(folder: Path, keep: set[str]) -> None:
    """Remove the files of a folder (two levels deep) that a new plan no longer has.

    Args:
        folder: such as `plan` or `done`.
        keep: the paths to keep, relative to the folder and without suffix.
    """
    for path in folder.glob("*/*"):
        if path.relative_to(folder).with_suffix("").as_posix() not in keep:
            path.unlink()
