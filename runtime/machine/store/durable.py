"""Writing so that a kill or a full disk never leaves something half-written in sight."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from heldout.runtime.machine.store.faults import fault_of
from heldout.runtime.machine.store.record import StoreError

FORBIDDEN = (errno.EACCES, errno.EPERM)


@contextlib.contextmanager
def writing_to(root: Path) -> Iterator[None]:
    """Turn what only the machine's owner can mend (a full disk, a read-only folder) into a StoreError."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        why = fault_of(error)
        if why is None and getattr(error, "errno", None) in FORBIDDEN:
            why = "writing there is not permitted; docs/sharing-a-store.md says how a store is shared"
        if why is None and isinstance(error, NotADirectoryError | FileExistsError):
            why = "a file is where a folder should be"
        if why is None:
            raise
        at = getattr(error, "filename", None) or root
        raise StoreError(
            f"the store {root} cannot be written ({why}: {at}); "
            "what was finished is kept, and the same command goes on from there"
        ) from error


@contextlib.contextmanager
def reading_from(root: Path) -> Iterator[None]:
    """Turn a fault of the machine into a StoreError: what cannot be read now is not lost."""
    try:
        yield
    except (OSError, MemoryError) as error:
        why = fault_of(error)
        if why is None:
            raise
        at = getattr(error, "filename", None) or root
        raise StoreError(
            f"the store {root} cannot be read ({why}: {at}); the same command tries again"
        ) from error


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; a plain `os.write` may stop early."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
