"""One at a time: a second run of a workflow would write the same files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heldout.compiler.refusal import Refusal
from heldout.compiler.store.flock import ALONE, locked
from heldout.compiler.store.lease import Held, lease

LOCK = ".lock"
LEASE = ".lease"  # where the file system has no locks


class Busy(Refusal):
    """Another process holds the folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        process = f" (process {holder})" if holder.isdigit() else ""
        hint = "wait until it has ended, or end its processes"
        super().__init__(f"a run of {folder} is under way{process}", hint)
        self.holder = holder


@contextmanager
def holding(folder: Path) -> Iterator[int]:
    """Hold a workflow's folder, which is made if it is missing.

    The lock ends with the last process that has its file open, so a killed run leaves none behind. Where
    the file system has no locks, a lease takes its place (`compiler/store/lease.py`).

    Yields:
        the descriptor of the lock, for a child that shall keep it.

    Raises:
        Busy: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+") as lock:
        try:
            held = locked(lock.fileno(), ALONE)
        except BlockingIOError as error:
            lock.seek(0)
            raise Busy(folder, lock.read(20).strip()) from error
        if held:
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield lock.fileno()
            return
    try:
        with lease(folder / LEASE) as descriptor:
            yield descriptor
    except Held as error:
        raise Busy(folder, error.holder) from error
