"""Files that people keep: written beside their place and renamed, so that each is seen whole, old or new."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from heldout.runtime.rights import as_its_folder, make_folders


def write(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Make a file hold a text, as UTF-8, or bytes; who may use its folder may use it.

    Args:
        path: of the file; the folders around it are made.
        content: of the file.
        durable: wait until it is on the disk.
    """
    data = content.encode() if isinstance(content, str) else content
    with beside(path) as unfinished:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
    if durable:
        sync(path.parent)


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Where to write a file that is renamed to its place when the block ends well, and is removed else."""
    make_folders(path.parent)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}{path.suffix}")
    try:
        yield unfinished
        as_its_folder(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def link_or_copy(source: Path, target: Path) -> None:
    """Let a file be at another place too: the same file where the file system has hard links, else a copy.

    For files that nobody writes to again.

    Raises:
        FileExistsError: there is one at the place.
        OSError: the source cannot be read, or the disk is full.
    """
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # across file systems, without hard links, or with too many of them
        with source.open("rb") as content, target.open("xb") as copy:
            shutil.copyfileobj(content, copy, 2**20)


def sync(path: Path) -> None:
    """Force a file's bytes, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
