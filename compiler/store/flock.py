"""Locks of files (`flock`), which end with the last process that has the file open."""

import errno
import fcntl
import os
from pathlib import Path

from heldout.compiler.store.rights import as_its_folder

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)

ALONE, SHARED = fcntl.LOCK_EX, fcntl.LOCK_SH


def opened(path: Path) -> int:
    """A descriptor of a lock's file, which is made if it is missing.

    One of another user may be read only, and holds all the same.

    Raises:
        OSError: it can neither be made nor opened.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except OSError as error:
        return _opened_as_it_is(path, error)
    as_its_folder(path)
    return descriptor


def _opened_as_it_is(path: Path, why_not_made: OSError) -> int:
    """A file that could not be made, since it is there or since nothing can be made there."""
    try:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        raise why_not_made from None
    except OSError:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def locked(descriptor: int, how: int) -> bool:
    """Lock a file, ALONE or SHARED; False where its file system has no locks.

    Raises:
        BlockingIOError: another process has locked it.
    """
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        return False
    return True
