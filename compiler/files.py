"""Files that people keep: written beside their place and renamed, so that each is seen whole, old or new.

Only where they differ, so that the time of a file says when its content changed.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
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
    with _beside(path, content) as beside:
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    return True


def write_new(path: Path, content: str | bytes) -> None:
    """Write a file, as UTF-8, that must not be there.

    Raises:
        FileExistsError: it is.
    """
    with _beside(path, content) as beside:
        os.link(beside, path)


@contextmanager
def _beside(path: Path, content: str | bytes) -> Iterator[Path]:
    """A file beside a place, with what that is to hold; gone when the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        # In its rights by the user's umask, as any file that a program writes.
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        yield beside
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # nobody knows the file beside it
        raise
    finally:
        beside.unlink(missing_ok=True)


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
