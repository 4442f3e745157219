"""Faults of the machine: a disk, a memory or a table of open files that is full says nothing about a task."""

import errno
import re

# What a user, an administrator or time can mend.
FAULTS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file may not grow further",
    errno.EROFS: "it is on a read-only file system",
    errno.EMFILE: "too many files are open in this process",
    errno.ENFILE: "too many files are open on this machine",
    errno.ENOMEM: "memory is used up",
    errno.EAGAIN: "no more processes or threads can be started",
    errno.EIO: "a disk failed to read or write",
    errno.ESTALE: "the file server has lost the file",
    errno.EREMOTEIO: "the file server failed",
    errno.ENOLCK: "the file system has no more locks",
    errno.ENODEV: "a device has gone",
    errno.ENXIO: "a device has gone",
    errno.ENOTCONN: "the file system has gone",
    errno.ETIMEDOUT: "the file server does not answer",
    errno.EHOSTDOWN: "the file server does not answer",
}

# By which a file counts as not there: it is not, or its owner lets nobody read it.
ABSENT = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENAMETOOLONG}
)

_IN_WORDS = re.compile(r"(?:os error |\[Errno |Error code )(\d{1,3})\b")  # Rust's, Python's and torch's


def fault_of(error: BaseException | None) -> str | None:
    """Which fault of the machine an exception is of, in words; None where it is none.

    Libraries that open files themselves report one as an exception of their own, with its number in the
    text or with the first exception as its cause. Memory that runs out on a GPU is none of these: that is
    as large as it is, and what a task needs of it is the task's.
    """
    while error is not None:
        if isinstance(error, MemoryError):
            return FAULTS[errno.ENOMEM]
        said = _IN_WORDS.search(str(error))
        number = error.errno if isinstance(error, OSError) else int(said[1]) if said else None
        if number in FAULTS:
            return FAULTS[number]
        if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
            return FAULTS[errno.EAGAIN]
        error = error.__cause__
    return None


def is_absent(error: OSError) -> bool:
    """Whether an exception says that a file is not there for us, and not that the machine failed."""
    return error.errno in ABSENT
