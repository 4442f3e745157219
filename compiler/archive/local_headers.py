"""What stands before each file's bytes in a zip: it must say once more what the directory does, and no more.

Programs that unpack go by one of the two, and some by fields beside them. An archive that they could read in
different ways is none.
"""

import struct
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from heldout.compiler.archive.refused import ArchiveRefused

_HEADER = struct.Struct("<4s5H3L2H")
_ZIP_64 = 1  # the extra field of sizes and places that 32 bits are too few for
_LARGE = 0xFFFFFFFF
UTF_8 = 0x800


def refuse_hidden(entry: zipfile.ZipInfo) -> None:
    """Refuse an entry of the directory that says more than a file's name, place and sizes.

    Raises:
        ArchiveRefused: it has a comment, flags or extra fields.
    """
    name = f"{entry.filename[:200]!a}"
    if entry.comment:
        raise ArchiveRefused("hidden", f"{name} has a comment")
    if entry.flag_bits & ~UTF_8:
        raise ArchiveRefused("hidden", f"{name} has the flags {entry.flag_bits:#x}")
    if entry.extra and _only_field(entry.extra) != _ZIP_64:
        raise ArchiveRefused("hidden", f"{name} has extra fields")


def _only_field(extra: bytes) -> int | None:
    """The kind of the one extra field that there is; None where there is anything else."""
    if len(extra) < 4:
        return None
    kind, length = struct.unpack_from("<2H", extra)
    return int(kind) if 4 + length == len(extra) <= 32 else None


def refuse_gaps(file: BinaryIO, entries: Iterable[zipfile.ZipInfo], directory: int) -> None:
    """Refuse a zip that is not its files one after the other, each after a header that agrees with the list.

    Args:
        file: the zip.
        entries: of its directory, in any order.
        directory: where that begins.

    Raises:
        ArchiveRefused: it is not; or files share bytes, with which a small one can unpack to a huge one.
    """
    end, before = 0, ""
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise ArchiveRefused("overlap", f"{entry.filename!a} begins within {before}")
        if entry.header_offset > end:
            what = f"behind {before}" if before else "before its first file"
            raise ArchiveRefused("hidden", f"{entry.header_offset - end:,} bytes {what} are of no file")
        end = entry.header_offset + _header_bytes(file, entry) + entry.compress_size
        before = repr(entry.filename)
    if end > directory:
        raise ArchiveRefused("damaged", f"{before} reaches beyond the end of the files")
    if end < directory:
        raise ArchiveRefused("hidden", f"{directory - end:,} bytes behind {before} are of no file")


def _header_bytes(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """The length of the header before a file's bytes."""
    name = entry.filename.encode()
    file.seek(entry.header_offset)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size or header[:4] != b"PK\x03\x04":
        raise ArchiveRefused("damaged", f"{entry.filename!a} is not where the list of files says")
    _, _, flags, method, _, _, crc, packed, size, name_bytes, extra_bytes = _HEADER.unpack(header)
    written, extra = file.read(name_bytes), file.read(extra_bytes)
    if extra:
        if _only_field(extra) != _ZIP_64 or len(extra) != 20 or (packed, size) != (_LARGE, _LARGE):
            raise ArchiveRefused("hidden", f"{entry.filename!a} has extra fields before its bytes")
        size, packed = struct.unpack_from("<2Q", extra, 4)
    listed = (name, entry.flag_bits, entry.compress_type, entry.CRC, entry.compress_size, entry.file_size)
    if (written, flags, method, crc, packed, size) != listed:
        raise ArchiveRefused("damaged", f"{entry.filename!a} is another file by its own header")
    return _HEADER.size + len(written) + len(extra)
