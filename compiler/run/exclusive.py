"""One at a time: a second run of a workflow would write the same files."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heldout.compiler.store.lock import InUse, using
from heldout.compiler.terminal import INVALID, stop


class Busy(Exception):
    """Another process holds the folder."""

    def __init__(self, holder: str) -> None:
        self.holder = holder


@contextmanager
def holding(folder: Path) -> Iterator[int]:
    """Hold a workflow's folder, which is made if it is missing.

    The lock ends with the last process that has its file open, so a killed run leaves none behind.

    Yields:
        the descriptor of the lock, for a child that shall keep it.

    Raises:
        Busy: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise Busy(lock.read(20).strip()) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield lock.fileno()


@contextmanager
def only_one(folder: Path) -> Iterator[int]:
    """Hold a workflow's folder, or end with exit code 2 where another run does."""
    try:
        with holding(folder) as lock:
            yield lock
    except Busy as busy:
        process = f" (process {busy.holder})" if busy.holder.isdigit() else ""
        stop(
            f"a run of {folder} is under way{process}",
            INVALID,
            "wait until it has ended, or end its processes",
        )


@contextmanager
def in_use(store: Path) -> Iterator[None]:
    """Use a store, or end with exit code 2 where results are being removed from it."""
    try:
        with using(store):
            yield
    except InUse:
        stop(f"results are being removed from {store}", INVALID, "wait until `heldout gc` has ended")
