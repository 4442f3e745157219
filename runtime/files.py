"""Files that people keep: written beside their place and renamed, so that each is seen whole, old or new."""

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from heldout.runtime.rights import as_its_folder, make_folders

# By which two names cannot be of one file: file systems without hard links, or with too many of this file,
# another file system, and files that this user may not link to.
NO_LINK = frozenset(
    {
        errno.EPERM,
        errno.EACCES,
        errno.EXDEV,
        errno.EMLINK,
        errno.EOPNOTSUPP,
        errno.ENOSYS,
        errno.EINVAL,
        errno.ENOTTY,
    }
)
_CLONE = 0x40049409  # FICLONE of Linux: the blocks of another file, until one of both is written to


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


def sync(path: Path) -> None:
    """Force a file's bytes, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def linked(source: Path, target: Path) -> bool:
    """Give a file another name; False where that cannot be done, and a copy serves.

    Raises:
        OSError: there is no such file, the other name is taken, or the machine failed.
    """
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in NO_LINK:
            raise
        return False
    return True


def link_or_copy(source: Path, target: Path) -> None:
    """Make a new file of what another one holds, without its bytes where the disk can do that.

    Both may be one file afterwards, so neither may be written to in place: a file that is replaced by a
    rename is fine, a user's own that is edited is not. Where an artifact's `save` makes a file so of one in
    the store, the store neither hashes nor copies it.

    Args:
        source: the file; of a symbolic link, what it leads to.
        target: where there is nothing yet.

    Raises:
        FileExistsError: the target is there.
        OSError: the source is not, or the machine failed.
    """
    source = source.resolve()
    if linked(source, target):
        return
    with source.open("rb") as old, target.open("xb") as new:
        try:
            fcntl.ioctl(new.fileno(), _CLONE, old.fileno())
        except OSError as error:
            if error.errno not in NO_LINK:
                raise
            shutil.copyfileobj(old, new, 2**20)
