"""Writing so that a kill or a full disk never leaves something half-written in sight."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from heldout.runtime.machine.store.faults import fault_of
from heldout.runtime.machine.store.record import StoreError
from heldout.runtime.rights import as_its_folder, make_folders

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


def sync(path: Path) -> None:
    """Force a file's bytes, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, text: str) -> None:
    """Write a file beside its place and rename it: readers see the old one or the new one, whole."""
    make_folders(path.parent)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        as_its_folder(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync(path.parent)
