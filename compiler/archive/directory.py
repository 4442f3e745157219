"""The central directory of a zip file, read with every limit checked before it is relied on."""

import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from heldout.compiler.archive.local_headers import UTF_8, refuse_gaps, refuse_hidden
from heldout.compiler.archive.names import refuse_collisions, refuse_unsafe
from heldout.compiler.archive.refused import ArchiveRefused

GIB = 2**30
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_ENTRY_BYTES = 46  # of an entry of the list, without its name and extra fields
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What the reader takes; a file that is smaller than this may shrink as far as it likes.
_RATIO_FROM = 2**20


@dataclass(frozen=True)
class Limits:
    """How much an archive may ask for.

    Attributes:
        entries: files in it.
        bytes: of all of them, unpacked.
        ratio: of a file's bytes unpacked to packed, and of all of them together.
        directory_bytes: of the list of files.
    """

    entries: int = 1_000_000
    bytes: int = 512 * GIB
    ratio: int = 200
    directory_bytes: int = GIB // 4


def read_directory(file: BinaryIO, limits: Limits) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """A zip, opened, and its files by name, in its order.

    Raises:
        ArchiveRefused: it is no zip, asks for too much, or has an entry that is no plain file of a
            safe name.
    """
    size = file.seek(0, 2)
    end = _read_end(file, size, limits)
    try:
        opened = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError, EOFError) as e:
        raise ArchiveRefused("not-an-archive", f"it is no zip file: {e}") from e
    entries = opened.infolist()
    if len(entries) != end.entries:
        raise ArchiveRefused(
            "damaged", f"it says that it has {end.entries:,} files, and lists {len(entries):,}"
        )
    for entry in entries:
        _refuse_entry(entry, limits)
        refuse_hidden(entry)
    refuse_collisions(entry.filename for entry in entries)
    _refuse_bytes(entries, size, limits)
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise ArchiveRefused("not-an-archive", "it does not begin with a file of the archive")
    listed = sum(_ENTRY_BYTES + len(entry.filename.encode()) + len(entry.extra) for entry in entries)
    if listed != end.directory_bytes:
        raise ArchiveRefused("hidden", f"{end.directory_bytes - listed:,} bytes of its list are of no file")
    refuse_gaps(file, entries, end.directory)
    return opened, {entry.filename: entry for entry in entries}


class _End(NamedTuple):
    """What the end of a zip says of its list of files: how many, how many bytes it has, where it begins."""

    entries: int
    directory_bytes: int
    directory: int


def _read_end(file: BinaryIO, size: int, limits: Limits) -> _End:
    """Look at the numbers at the end of the file, before anything of their size is read."""
    end = _tail(file, size, _END.size)
    if len(end) < _END.size or end[:4] != b"PK\x05\x06":
        raise ArchiveRefused("not-an-archive", "it does not end as a zip file does, or has a comment there")
    _, *disks, entries, directory, begins, comment = _END.unpack(end)
    if comment:
        raise ArchiveRefused("hidden", f"it says that a comment of {comment:,} bytes is behind it")
    behind = size - _END.size
    locator = _tail(file, size - _END.size, _LOCATOR.size)
    if len(locator) == _LOCATOR.size and locator[:4] == b"PK\x06\x07":
        record = _tail(file, size - _END.size - _LOCATOR.size, _END_64.size)
        if len(record) < _END_64.size or record[:4] != b"PK\x06\x06":
            raise ArchiveRefused("damaged", "the list of its files cannot be found")
        *_, disk, of_list, on_disk, entries, directory, begins = _END_64.unpack(record)
        disks = [disk, of_list, on_disk]
        behind -= _LOCATOR.size + _END_64.size
    if entries > limits.entries:
        raise ArchiveRefused("too-many-entries", f"it says that it has {entries:,} files")
    if directory > min(limits.directory_bytes, size):
        raise ArchiveRefused("too-many-entries", f"the list of its files is {directory:,} bytes long")
    if disks != [0, 0, entries]:
        raise ArchiveRefused("damaged", "it says that it is one of several parts")
    if begins + directory != behind:
        raise ArchiveRefused("not-an-archive", "the list of its files does not lie before its end")
    return _End(entries, directory, begins)


def _tail(file: BinaryIO, end: int, length: int) -> bytes:
    file.seek(max(0, end - length))
    return file.read(min(length, max(0, end)))


def _refuse_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    """Refuse an entry by what the directory says of it."""
    # `filename` is what zipfile made of the bytes: cut at a NUL, with the system's separators replaced.
    if entry.filename != entry.orig_filename:
        raise ArchiveRefused("unsafe-name", f"a file is called {entry.orig_filename[:200]!a}")
    name = entry.filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.endswith("/") or kind not in (0, stat.S_IFREG) or entry.external_attr & 0x10:
        raise ArchiveRefused("not-a-file", f"{name[:200]!a} is a {_kind(kind)}")
    if not name.isascii() and not entry.flag_bits & UTF_8:
        raise ArchiveRefused("unsafe-name", f"a file is called {name[:200]!a}, in no stated encoding")
    refuse_unsafe(name)
    if entry.volume:
        raise ArchiveRefused("damaged", f"{name!a} is said to begin in part {entry.volume:,} of several")
    if entry.flag_bits & 0x1:
        raise ArchiveRefused("encrypted", f"{name!a} is encrypted")
    if entry.compress_type not in _METHODS:
        raise ArchiveRefused("compression", f"{name!a} is compressed by method {entry.compress_type}")
    if entry.compress_type == zipfile.ZIP_STORED and entry.compress_size != entry.file_size:
        raise ArchiveRefused("damaged", f"{name!a} is stored, with two sizes")
    if entry.file_size > max(_RATIO_FROM, limits.ratio * entry.compress_size):
        text = f"{name!a} would grow from {entry.compress_size:,} to {entry.file_size:,} bytes"
        raise ArchiveRefused("zip-bomb", text)


def _kind(kind: int) -> str:
    names = {stat.S_IFLNK: "symbolic link", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    devices = dict.fromkeys((stat.S_IFBLK, stat.S_IFCHR), "device")
    return {**names, **devices}.get(kind, "folder")


def _refuse_bytes(entries: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise ArchiveRefused("too-many-entries", f"it has {len(entries):,} files")
    total = sum(entry.file_size for entry in entries)
    if total > limits.bytes:
        raise ArchiveRefused("too-many-bytes", f"unpacked it has {total:,} bytes")
    if total > max(_RATIO_FROM, limits.ratio * size):
        raise ArchiveRefused("zip-bomb", f"it would grow from {size:,} to {total:,} bytes")
