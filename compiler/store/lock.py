"""Who uses a store: many at a time to compute and read, one alone to remove results."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from heldout.compiler.refusal import Refusal

LOCK = ".lock"  # the runtime's jobs hold it too, shared (`runtime/machine/store/lock.py`)


class InUse(Refusal):
    """Others hold the store."""


@contextmanager
def using(store: Path) -> Iterator[int | None]:
    """Keep a store's results from being removed meanwhile.

    The lock ends with the last process that has its file open, so a killed one leaves none behind.

    Yields:
        the descriptor of the lock, for a child that shall keep it; None where the file system has no
        locks or the store cannot be written, so that nobody can remove anything either.

    Raises:
        InUse: results are being removed.
    """
    with _opened(store) as lock:
        if lock is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"results are being removed from {store}"
                raise InUse(message, "wait until `heldout gc` has ended") from error
            except OSError:
                lock = None
        yield lock


@contextmanager
def alone(store: Path) -> Iterator[None]:
    """Hold a store while its results are removed.

    Raises:
        InUse: a run, a job or a reader holds it.
        OSError: the file system has no locks, or the store cannot be written.
    """
    with (store / LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"{store} is in use, by a run, its jobs or a reader"
            raise InUse(message, "wait until they have ended") from error
        yield


@contextmanager
def _opened(store: Path) -> Iterator[int | None]:
    descriptor = None
    with suppress(OSError):
        store.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(store / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)
