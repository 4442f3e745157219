"""Read a saved image as it streams by: the digests of its layers, and heldout's own files in it."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

from heldout.compiler.images.definition import HOME
from heldout.compiler.images.holdings import INSIDE

# What is compared file by file; wheels are compared by the digest of their layer.
FOLDER = HOME.strip("/") + "/"
LEFT_OUT = FOLDER + "packages/"
BLOCK = 1 << 20


@dataclass
class Contents:
    """What was found in a saved image.

    Attributes:
        image_id: the digest of its configuration.
        config: the configuration.
        diff_ids: the digests of its layers, computed from their bytes.
        files: the SHA-256 of heldout's own files, by path in the image's own folder.
        catalog: the bytes of the catalog among them.
    """

    image_id: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    diff_ids: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    catalog: bytes = b""


@dataclass
class _Layer:
    """Heldout's own files in one layer, likewise."""

    files: dict[str, str] = field(default_factory=dict)
    catalog: bytes | None = None


class Chunks(io.RawIOBase):
    """Blocks of bytes as a file."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks: Iterator[bytes] = iter(blocks)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(block)
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


class _Hashing(io.RawIOBase):
    """A file that is read once, and the SHA-256 of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.sha256.update(data)
        return data


def read_contents(blocks: Iterable[bytes]) -> Contents:
    """Read what `docker save` streams, once, with little memory.

    Args:
        blocks: of the archive.

    Raises:
        ValueError: it is no saved image, or is cut short.
    """
    jsons: dict[str, bytes] = {}
    digests: dict[str, str] = {}
    layers: dict[str, _Layer] = {}
    links: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=io.BufferedReader(Chunks(blocks), BLOCK), mode="r|") as archive:
            for member in archive:
                if member.issym() or member.islnk():
                    links[member.name] = member.linkname
                elif (file := archive.extractfile(member)) is not None:
                    _read_member(member.name, file, jsons, digests, layers)
        manifest = json.loads(jsons["manifest.json"])[0]
        config = jsons[manifest["Config"]]
        names = [_followed(name, links) for name in manifest["Layers"]]
        contents = Contents(f"sha256:{hashlib.sha256(config).hexdigest()}", json.loads(config))
        for name in names:
            contents.diff_ids.append(digests[name])
            contents.files |= layers[name].files
            contents.catalog = layers[name].catalog or contents.catalog
    except (tarfile.TarError, KeyError, IndexError, EOFError) as error:
        raise ValueError(f"the saved image is damaged or cut short: {error}") from error
    return contents


def _read_member(
    name: str,
    file: IO[bytes],
    jsons: dict[str, bytes],
    digests: dict[str, str],
    layers: dict[str, _Layer],
) -> None:
    start = file.read(512)
    rest: IO[bytes] = io.BufferedReader(Chunks(_chain(start, file)), BLOCK)
    if start[:1] in (b"{", b"["):
        jsons[name] = rest.read()
        return
    if start[:2] == b"\x1f\x8b":
        rest = cast(IO[bytes], gzip.GzipFile(fileobj=rest))
    hashing = _Hashing(rest)
    try:
        with tarfile.open(fileobj=hashing, mode="r|") as layer:
            layers[name] = _own_files(layer)
    except tarfile.ReadError:
        layers[name] = _Layer()  # a small file of the archive's own, such as VERSION
    while hashing.read(BLOCK):
        pass
    digests[name] = f"sha256:{hashing.sha256.hexdigest()}"


def _chain(start: bytes, file: IO[bytes]) -> Iterator[bytes]:
    yield start
    while block := file.read(BLOCK):
        yield block


def _own_files(layer: tarfile.TarFile) -> _Layer:
    found = _Layer()
    for entry in layer:
        path = entry.name.removeprefix("./")
        if not path.startswith(FOLDER) or path.startswith(LEFT_OUT):
            continue
        if (file := layer.extractfile(entry)) is not None:
            data, own = file.read(), path.removeprefix(FOLDER)
            found.files[own] = hashlib.sha256(data).hexdigest()
            if own == INSIDE:
                found.catalog = data
    return found


def _followed(name: str, links: dict[str, str]) -> str:
    """The layer that a link of the archive leads to: equal layers are saved once."""
    for _ in range(len(links)):
        if name not in links:
            break
        folder = name.rpartition("/")[0]
        parts: list[str] = []
        for part in f"{folder}/{links[name]}".split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part not in ("", "."):
                parts.append(part)
        name = "/".join(parts)
    return name
