"""Files: written only where they differ, so that their time says when their content changed, and measured."""

import os
import tempfile
from pathlib import Path


def holds(path: Path, content: str | bytes) -> bool:
    """Whether a file holds this text, or these bytes."""
    data = content.encode() if isinstance(content, str) else content
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def write_if_changed(path: Path, content: str | bytes) -> bool:
    """Make a file hold this text, or these bytes: written beside, then renamed.

    Returns:
        whether it had to be written.
    """
    if holds(path, content):
        return False
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        os.fchmod(file.fileno(), 0o644)
    Path(beside).replace(path)
    return True


def others(folder: Path, keep: set[str]) -> list[Path]:
    """The files of a folder (two levels deep) that a new plan does not have.

    Args:
        folder: such as `plan` or `done`.
        keep: the paths to keep, relative to the folder and without suffix.
    """
    paths = folder.glob("*/*")
    return [path for path in paths if path.relative_to(folder).with_suffix("").as_posix() not in keep]


def num_bytes_below(folder: Path) -> int:
    """The bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
