"""Checksums of files: what this process has hashed, or seen to be as it was when it was hashed."""

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heldout.runtime.machine.store.faults import is_absent

LARGE_BYTES = 2**20  # a file from here on is a blob, and is not hashed at every reading
MTIME = "mtime_ns"  # in a record, beside the size and checksum of a large file in a folder
_LATEST = 2**62  # nanoseconds since 1970 that a record takes, in 2116


def sha256_of(content: bytes) -> str:
    """The checksum of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class CheckedFiles:
    """What is known of files by device and inode, as long as their size and time are the same.

    A large file whose size and time are those of its record is taken to be what was recorded, so that each
    process need not read it whole before it is used. A copy of a store has other times: its files are hashed
    once, and get the times of their records where this process may set them.
    """

    def __init__(self, *, mends: bool = False) -> None:
        """Know nothing yet.

        Args:
            mends: times of files that have their checksums may be set to those of their records.
        """
        self._mends = mends
        self._known: dict[tuple[int, int], tuple[int, int, str]] = {}

    def holds(self, path: Path, about: Mapping[str, Any], *, thorough: bool = False) -> bool:
        """Whether a file is the one that a record speaks of.

        Args:
            path: of the file.
            about: what the record says of it.
            thorough: hash it, whatever its size and time.

        Raises:
            OSError: it is not there, or the machine failed to read it.
        """
        found = path.stat()
        if found.st_size != about["size"]:
            return False
        as_recorded = found.st_size >= LARGE_BYTES and found.st_mtime_ns == about.get(MTIME)
        if thorough or not (as_recorded or self.sha256(found) == about["sha256"]):
            if file_sha256(path) != about["sha256"]:
                return False
            found = self._mended(path, found, about.get(MTIME))
        self.remember(found, about["sha256"])
        return True

    def sha256(self, found: os.stat_result) -> str | None:
        """The checksum of a file that is known and has not been written to since; else None."""
        size, mtime, sha256 = self._known.get((found.st_dev, found.st_ino), (-1, -1, ""))
        return sha256 if (size, mtime) == (found.st_size, found.st_mtime_ns) else None

    def remember(self, found: os.stat_result, sha256: str) -> None:
        """Know a large file again."""
        if found.st_size >= LARGE_BYTES:
            self._known[found.st_dev, found.st_ino] = (found.st_size, found.st_mtime_ns, sha256)

    def _mended(self, path: Path, found: os.stat_result, recorded: int | None) -> os.stat_result:
        if self._mends and recorded is not None and found.st_mtime_ns != recorded:
            with contextlib.suppress(OSError):  # it is another user's
                if path.stat().st_mtime_ns == found.st_mtime_ns:
                    os.utime(path, ns=(found.st_atime_ns, recorded))
                    return path.stat()
        return found


def about_file(found: os.stat_result, sha256: str) -> dict[str, Any]:
    """What a record says of a file of a folder."""
    about = {"size": found.st_size, "sha256": sha256}
    timed = found.st_size >= LARGE_BYTES and 0 < found.st_mtime_ns < _LATEST
    return about | ({MTIME: found.st_mtime_ns} if timed else {})


def files_hold(
    checked: CheckedFiles, folder: Path, files: Mapping[str, Mapping[str, Any]], *, thorough: bool = False
) -> bool:
    """Whether the files of a record, by name inside a folder, are what it says.

    Raises:
        OSError: the machine failed to read one.
    """
    try:
        return all(checked.holds(folder / name, about, thorough=thorough) for name, about in files.items())
    except OSError as error:
        if not is_absent(error):
            raise
        return False
