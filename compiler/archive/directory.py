"""The central directory of a zip file, read with every limit checked before it is relied on."""

import stat
import struct
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from heldout.compiler.archive.names import refuse_collisions, refuse_unsafe
from heldout.compiler.archive.refused import ArchiveRefused

GIB = 2**30
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_LOCAL_HEADER_BYTES = 30
_UTF_8 = 0x800
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
    _refuse_large_directory(file, size, limits)
    try:
        opened = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OverflowError, EOFError) as e:
        raise ArchiveRefused("not-an-archive", f"it is no zip file: {e}") from e
    entries = opened.infolist()
    for entry in entries:
        _refuse_entry(entry, limits)
    refuse_collisions(entry.filename for entry in entries)
    _refuse_bytes(entries, size, limits)
    _refuse_overlap(entries, size)
    return opened, {entry.filename: entry for entry in entries}


def _refuse_large_directory(file: BinaryIO, size: int, limits: Limits) -> None:
    """Look at the numbers at the end of the file, before anything of their size is read."""
    end = _tail(file, size, _END.size)
    if len(end) < _END.size or end[:4] != b"PK\x05\x06":
        raise ArchiveRefused("not-an-archive", "it does not end as a zip file does, or has a comment there")
    *_, entries, directory, _, _ = _END.unpack(end)
    locator = _tail(file, size - _END.size, _LOCATOR.size)
    if len(locator) == _LOCATOR.size and locator[:4] == b"PK\x06\x07":
        record = _tail(file, size - _END.size - _LOCATOR.size, _END_64.size)
        if len(record) < _END_64.size or record[:4] != b"PK\x06\x06":
            raise ArchiveRefused("damaged", "the list of its files cannot be found")
        *_, entries, directory, _ = _END_64.unpack(record)
    if entries > limits.entries:
        raise ArchiveRefused("too-many-entries", f"it says that it has {entries:,} files")
    if directory > min(limits.directory_bytes, size):
        raise ArchiveRefused("too-many-entries", f"the list of its files is {directory:,} bytes long")


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
    if not name.isascii() and not entry.flag_bits & _UTF_8:
        raise ArchiveRefused("unsafe-name", f"a file is called {name[:200]!a}, in no stated encoding")
    refuse_unsafe(name)
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


def _refuse_overlap(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse entries that share bytes, with which a small file can unpack to a huge one."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    if not ordered or ordered[0].header_offset != 0:
        raise ArchiveRefused("not-an-archive", "it does not begin with a file of the archive")
    end, before = 0, ""
    for entry in ordered:
        if entry.header_offset < end:
            raise ArchiveRefused("overlap", f"{entry.filename!a} begins within {before}")
        end = entry.header_offset + _LOCAL_HEADER_BYTES + len(entry.filename.encode()) + entry.compress_size
        before = repr(entry.filename)
    if end > size:
        raise ArchiveRefused("damaged", f"{before} reaches beyond the end of the file")
