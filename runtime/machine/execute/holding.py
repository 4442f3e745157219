"""A shard is run by one process at a time: one that was left behind, and the one that takes its place."""

import contextlib
import errno
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from heldout.runtime.locks import NO_LOCKS


@contextlib.contextmanager
def holding(shards: Sequence[Path]) -> Iterator[list[int]]:
    """Hold shards, waiting where another process runs them, whose results are then there.

    Such a process is left behind where Snakemake is killed and its jobs are not. The lock is on the
    shard's file and ends with its process, or with the last of those that it gives the descriptors to.
    Where the file system has no locks nothing is waited for.
    """
    with contextlib.ExitStack() as held:
        yield [_hold(path, held) for path in shards]


def _hold(path: Path, held: contextlib.ExitStack) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    held.callback(os.close, descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"waiting for another process that runs {path}", file=sys.stderr, flush=True)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in (*NO_LOCKS, errno.EBADF):  # NFS locks no file that is open for reading alone
            raise
    return descriptor
