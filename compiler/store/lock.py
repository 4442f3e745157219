"""Who uses a store: many at a time to compute and read, one alone to remove results."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.store.flock import ALONE, SHARED, locked, opened
from heldout.compiler.store.lease import Held, holder_of, lease

LOCK = ".lock"  # the runtime's jobs hold it too, shared (`runtime/machine/store/lock.py`)
IN_USE, REMOVING = ".in-use-", ".removing"  # leases of those who have no locks, and for them
SHARING = "docs/sharing-a-store.md says how a store is shared"


class InUse(Refusal):
    """Others hold the store."""


@contextmanager
def using(store: Path) -> Iterator[None]:
    """Keep a store's results from being removed meanwhile.

    The lock ends with the last process that has its file open, so a killed one leaves none behind. Where
    the file system has no locks a lease says that the store is in use. Where it can only be read, and has
    no lock, nothing can be held, and nobody can remove anything.

    Raises:
        InUse: results are being removed.
        Refusal: the lock cannot be opened, so that nothing would keep results from being removed.
    """
    store.mkdir(parents=True, exist_ok=True)
    try:
        lock = _opened(store)
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
        yield
        return
    try:
        held = locked(lock, SHARED)
    except BlockingIOError as error:
        os.close(lock)
        raise _being_removed(store) from error
    try:
        if held:
            yield
            return
        with lease(store / f"{IN_USE}{secrets.token_hex(8)}"):
            if holder_of(store / REMOVING) is not None:
                raise _being_removed(store)
            yield
    finally:
        os.close(lock)


@contextmanager
def alone(store: Path) -> Iterator[None]:
    """Hold a store while its results are removed.

    Raises:
        InUse: a run, a job or a reader holds it.
        Failed: the file system has no locks, so that nobody knows who uses it.
        Refusal: the lock cannot be opened.
    """
    lock = _opened(store)
    try:
        if not locked(lock, ALONE):
            hint = "remove results from a machine where it has some, while no study runs"
            raise Failed(f"the file system of {store} has no locks: nobody knows who uses it", hint)
        # The lease first and then a look at theirs, which they do the other way round: one sees the other.
        with lease(store / REMOVING):
            if any(holder_of(path) is not None for path in store.glob(f"{IN_USE}*")):
                raise _in_use(store)
            yield
    except (BlockingIOError, Held) as error:
        raise _in_use(store) from error
    finally:
        os.close(lock)


def _opened(store: Path) -> int:
    try:
        return opened(store / LOCK)
    except PermissionError as error:
        raise Refusal(f"{store / LOCK} cannot be opened: {error.strerror}", SHARING) from error


def _in_use(store: Path) -> InUse:
    return InUse(f"{store} is in use, by a run, its jobs or a reader", "wait until they have ended")


def _being_removed(store: Path) -> InUse:
    return InUse(f"results are being removed from {store}", "wait until `heldout gc` has ended")
