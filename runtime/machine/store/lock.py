"""The lock that a writer shares, so that nobody removes results meanwhile."""

import errno
import fcntl
import os
from pathlib import Path

from heldout.runtime.locks import NO_LOCKS
from heldout.runtime.machine.store.durable import writing_to
from heldout.runtime.machine.store.record import StoreError
from heldout.runtime.rights import make_folders, open_new

LOCK = ".lock"  # `heldout gc` holds it alone (`compiler/store/lock.py`)


def share(root: Path) -> int | None:
    """Wait until nobody removes results from a store, and keep it so until the descriptor is closed.

    None where the file system has no locks, or where it cannot be written and has none: nobody removes
    anything there, and what the runs that started this job hold tells others of it.

    Raises:
        StoreError: the lock cannot be opened, so that nothing would keep results from being removed.
    """
    with writing_to(root):
        try:
            make_folders(root)
            descriptor = _opened(root / LOCK)
        except OSError as error:
            if error.errno == errno.EROFS:
                return None
            if isinstance(error, PermissionError):
                raise StoreError(
                    f"{root / LOCK} cannot be opened ({error.strerror}), and nothing would keep results from "
                    "being removed meanwhile: docs/sharing-a-store.md says how a store is shared"
                ) from error
            raise
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    except OSError as error:
        os.close(descriptor)
        if error.errno in NO_LOCKS:
            return None
        raise StoreError(f"{root / LOCK} cannot be held: {error.strerror}") from error
    return descriptor


def _opened(path: Path) -> int:
    """A descriptor of the lock, which is made if it is missing; of another user's it is for reading."""
    try:
        return open_new(path, os.O_RDWR)
    except OSError as why_not_made:  # since it is there, or since nothing can be made there
        try:
            return os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            raise why_not_made from None
        except OSError:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
