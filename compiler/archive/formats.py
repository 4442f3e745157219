"""Whether a file is what its name says: looked at while it streams by; of JSON with a shape, all of it."""

import math
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from pydantic_core import from_json

from heldout.compiler.archive.documents import has_shape, longest, refuse_other_shape
from heldout.compiler.archive.refused import ArchiveRefused

# Formats that run code or hold other files, by their first bytes; no file of a study begins so.
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_CONTAINERS = {
    b"PK\x03\x04": "a zip, as torch saves pickles",
    b"\x1f\x8b": "compressed by gzip",
    b"\x7fELF": "a program",
    b"\x93NUMPY": "a NumPy file, which may hold a pickle",
}
_BEGINNINGS = {
    ".parquet": (b"PAR1",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".pdf": (b"%PDF-",),
    ".svg": (b"<svg", b"<?xml"),
    ".html": (b"<!doctype html", b"<!DOCTYPE html"),
}
_JSON = re.compile(rb"\s*[\[{\"0-9tfn-]")
_TEXTS = frozenset(
    {".md", ".txt", ".sig", ".csv", ".tex", ".yaml", ".yml", ".py", ".rst", ".cff", ".bib", ".jinja", ""}
)
_IMAGES = (".sif", ".tar")  # taken as they are: their checksum says which image they must be
_BITS = re.compile(r"[0-9]+")  # F32, BF16, I64, F8_E4M3, C64
_MOST_DIMENSIONS = 64  # as torch has it
_HEAD_BYTES = 4096
_LONGEST_HEADER = 8 * 2**20  # of safetensors: of 80,000 tensors; the library takes more than ten times that


class FormatCheck:
    """Looks at the bytes of one file."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._suffix = PurePosixPath(name).suffix.lower()
        self._shaped = has_shape(name)
        self._wanted = longest(name) if self._shaped else _HEAD_BYTES
        if self._suffix == ".json" and size > longest(name):
            raise ArchiveRefused("too-many-bytes", f"{name!a} has {size:,} bytes")
        self._head = bytearray()
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        self._tail = (self._tail + chunk)[-8:] if len(chunk) < 8 else chunk[-8:]
        while chunk and len(self._head) < self._wanted:
            taken = self._wanted - len(self._head)
            self._head += chunk[:taken]
            chunk = chunk[taken:]
            if self._suffix == ".safetensors" and len(self._head) == _HEAD_BYTES == self._wanted:
                self._wanted = max(_HEAD_BYTES, min(8 + self._header_bytes(), 8 + _LONGEST_HEADER))

    def _header_bytes(self) -> int:
        return int.from_bytes(self._head[:8], "little")

    def finish(self) -> None:
        """Judge the whole file.

        Raises:
            ArchiveRefused: it holds what its name does not say.
        """
        if self._suffix in _IMAGES:
            return
        if self._suffix == ".safetensors":
            self._refuse_unless(self._is_safetensors(), "no safetensors: its header is not one")
            return
        if _PICKLE.match(self._head):
            raise ArchiveRefused("pickle", f"{self._name!a} is a pickle")
        for beginning, what in _CONTAINERS.items():
            if self._head.startswith(beginning):
                raise ArchiveRefused("pickle", f"{self._name!a} is {what}")
        if beginnings := _BEGINNINGS.get(self._suffix):
            self._refuse_unless(self._head.startswith(beginnings), f"no {self._suffix[1:]} file")
        if self._suffix == ".parquet":
            self._refuse_unless(self._tail.endswith(b"PAR1"), "no whole parquet file")
        elif self._suffix in (".json", ".jsonl"):
            self._refuse_unless(not self._size or _JSON.match(self._head) is not None, "no JSON")
            if self._shaped:
                refuse_other_shape(self._name, bytes(self._head))
        elif self._suffix in _TEXTS:
            self._refuse_unless(b"\0" not in self._head, "no text")

    def _refuse_unless(self, good: bool, what: str) -> None:
        if not good:
            runs = _PICKLE.match(self._head) or bytes(self._head[:4]) in _CONTAINERS
            code = "pickle" if runs else "wrong-format"
            raise ArchiveRefused(code, f"{self._name!a} is {what}")

    def _is_safetensors(self) -> bool:
        """Whether the header is a JSON object of tensors that lie within the file."""
        length = self._header_bytes()
        if len(self._head) < 8 or not 2 <= length <= min(_LONGEST_HEADER, self._size - 8):
            return False
        try:
            header = from_json(self._head[8 : 8 + length])
            header.pop("__metadata__", None)
            return all(_fits(tensor, self._size - 8 - length) for tensor in header.values())
        except (ValueError, TypeError, KeyError, AttributeError):
            return False


def _fits(tensor: Mapping[str, Any], num_bytes: int) -> bool:
    """Whether a tensor lies within a file's data, and has the bytes that its shape and type take."""
    (start, end), shape = tensor["data_offsets"], tensor["shape"]
    bits = _BITS.search(tensor["dtype"])
    if len(shape) > _MOST_DIMENSIONS or min(shape, default=0) < 0:
        return False
    size = math.prod(shape) * int(bits[0] if bits else 8)  # BOOL has a byte
    return bool(0 <= start <= end <= num_bytes and size == 8 * (end - start))
