"""Where the bytes of a file come from: memory, a file, or a part of one."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 2**20


@dataclass(frozen=True)
class Part:
    """A stretch of a file."""

    path: Path
    offset: int
    size: int


Source = bytes | Path | Part


def size_of(source: Source) -> int:
    """How many bytes there are."""
    if isinstance(source, Path):
        return source.stat().st_size
    return source.size if isinstance(source, Part) else len(source)


def chunks_of(source: Source) -> Iterator[bytes]:
    """The bytes, a mebibyte at a time; fewer than `size_of` says where a file is cut short."""
    if isinstance(source, bytes):
        for start in range(0, len(source), _CHUNK):
            yield source[start : start + _CHUNK]
        return
    path, left = (source.path, source.size) if isinstance(source, Part) else (source, size_of(source))
    with path.open("rb") as file:
        file.seek(source.offset if isinstance(source, Part) else 0)
        while left and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk


def sha256_of(source: Source) -> str:
    """The checksum, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in chunks_of(source):
        digest.update(chunk)
    return digest.hexdigest()
