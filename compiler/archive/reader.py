"""Read an archive that anyone may have made: nothing of it is believed before it is checked.

Every other module comes by an archive's content through `open_archive`.
"""

import hashlib
import os
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from heldout.compiler.archive import contents
from heldout.compiler.archive.directory import Limits, read_directory
from heldout.compiler.archive.documents import longest, read_json
from heldout.compiler.archive.formats import FormatCheck
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.archive.signature import LONGEST, is_signature

_CHUNK = 2**20
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_LONGEST_MANIFEST = 2**30
_LONGEST_TEXT = 2**28  # of a file that is read whole
_UNLISTED = frozenset({contents.MANIFEST, contents.SIGNATURE})  # by the manifest
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
# What unpacking bytes that are not what the directory says may raise.
_UNPACKING = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


@dataclass(frozen=True)
class Index:
    """What archive.json says.

    Attributes:
        study, scale: as the spec and the command line named them.
        spec: the path of the spec in the archive.
        software: the version of heldout that wrote the archive.
        left_out: kinds of artifacts whose files were not put in; their checksums are in the records.
    """

    study: str
    scale: str | None
    spec: str
    software: str
    left_out: tuple[str, ...]


class Archive:
    """An open archive. Its list of files has been checked; each file is when it is read."""

    def __init__(self, path: Path, file: BinaryIO, limits: Limits) -> None:
        self.path = path
        self._file = file
        self._opened, self._entries = read_directory(file, limits)
        self._refuse_others()
        self.sums: dict[str, str] = {}
        self._read_manifest()
        self.index = self._read_index()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._opened.close()
        self._file.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Every file, sorted."""
        return tuple(sorted(self._entries))

    @property
    def num_bytes(self) -> int:
        """Of all files, unpacked."""
        return sum(entry.file_size for entry in self._entries.values())

    @property
    def operator_files(self) -> tuple[str, ...]:
        """The files that hold a user's code."""
        return contents.operator_files(self._entries)

    @property
    def signature(self) -> bytes | None:
        """Of the manifest; None where nobody signed.

        Raises:
            ArchiveRefused: what is called a signature is none.
        """
        if contents.SIGNATURE not in self._entries:
            return None
        content = self.read(contents.SIGNATURE, LONGEST)
        if not is_signature(content):
            raise ArchiveRefused("wrong-format", f"{contents.SIGNATURE!a} is no signature by an SSH key")
        return content

    @property
    def manifest(self) -> bytes:
        """The bytes of the list of checksums."""
        return self.read(contents.MANIFEST, _LONGEST_MANIFEST)

    def size(self, name: str) -> int:
        """The bytes of a file, unpacked."""
        return self._entry(name).file_size

    def stream(self, name: str) -> Iterator[bytes]:
        """The bytes of a file, in chunks; what is wrong with them is known only at the end.

        Raises:
            ArchiveRefused: there is no such file; or, after the last chunk, its bytes are not those
                of the manifest, or not what its name says.
        """
        entry = self._entry(name)
        digest, form, size = hashlib.sha256(), FormatCheck(name, entry.file_size), 0
        try:
            with self._opened.open(entry) as file:
                while chunk := file.read(_CHUNK):
                    size += len(chunk)
                    digest.update(chunk)
                    form.feed(chunk)
                    yield chunk
        except _UNPACKING as error:
            raise ArchiveRefused("damaged", f"{name!a} cannot be unpacked: {error}") from error
        if size != entry.file_size:
            raise ArchiveRefused("damaged", f"{name!a} has {size:,} bytes, not {entry.file_size:,}")
        if name not in _UNLISTED and digest.hexdigest() != self.sums[name]:
            raise ArchiveRefused(
                "checksum", f"{name!a} has the checksum {digest.hexdigest()}, not {self.sums[name]}"
            )
        form.finish()

    def read(self, name: str, most: int = _LONGEST_TEXT) -> bytes:
        """A file whole, checked.

        Raises:
            ArchiveRefused: as `stream`, or it is longer than `most` bytes.
        """
        if self.size(name) > most:
            raise ArchiveRefused("too-many-bytes", f"{name!a} has {self.size(name):,} bytes")
        return b"".join(self.stream(name))

    def read_json(self, name: str) -> Any:
        """A JSON file, checked: of the shape that a file of its name has.

        Raises:
            ArchiveRefused: as `read`, or it is no JSON.
        """
        return read_json(name, self.read(name, longest(name)))

    def check(self, seen: Callable[[int], None] = lambda count: None) -> None:
        """Read every file and compare it with the manifest.

        Args:
            seen: told how many bytes were read, as it goes on.

        Raises:
            ArchiveRefused: the first file that is not right.
        """
        for name in self.names:
            for chunk in self.stream(name):
                seen(len(chunk))

    def extract(self, to: Path, names: Iterable[str] | None = None) -> None:
        """Unpack files into a new folder, each checked; all of them, or on refusal none.

        Args:
            to: a folder that does not exist, or is empty.
            names: of the files; by default all.

        Raises:
            ArchiveRefused: a file is not right, or `to` cannot take them.
        """
        wanted = self.names if names is None else tuple(sorted(set(names)))
        total = sum(self.size(name) for name in wanted)
        if to.is_symlink() or (to.exists() and (not to.is_dir() or any(to.iterdir()))):
            raise ArchiveRefused("target", f"{to} is there already")
        to.parent.mkdir(parents=True, exist_ok=True)
        if total > shutil.disk_usage(to.parent).free:
            raise ArchiveRefused("no-room", f"{to.parent} has no room for {total:,} bytes")
        beside = to.parent / f".{to.name}.{secrets.token_hex(8)}"
        beside.mkdir(mode=0o755)
        try:
            for name in wanted:
                self._unpack(name, beside / name)
            if to.exists():
                to.rmdir()
            beside.rename(to)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise

    def _unpack(self, name: str, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Never through a link, and never twice: the folder is new, and the names differ.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in self.stream(name):
                file.write(chunk)

    def _entry(self, name: str) -> zipfile.ZipInfo:
        if name not in self._entries:
            raise ArchiveRefused("missing-file", f"there is no {name!a}")
        return self._entries[name]

    def _refuse_others(self) -> None:
        """Refuse files that no archive holds, and the lack of those that every archive does."""
        for name in self._entries:
            if not contents.is_known(name):
                raise ArchiveRefused("unknown-file", f"no archive holds a file {name!a}")
        for name in contents.REQUIRED:
            self._entry(name)

    def _read_manifest(self) -> None:
        """Read the checksums, and see that they are of the files that there are."""
        sums = self.sums
        try:
            text = self.manifest.decode()
        except UnicodeDecodeError as error:
            raise ArchiveRefused("wrong-format", f"{contents.MANIFEST!a} is not UTF-8") from error
        for number, line in enumerate(text.split("\n")[:-1], start=1):
            parts = _LINE.fullmatch(line)
            if parts is None or parts[2] in sums:
                raise ArchiveRefused("not-listed", f"{contents.MANIFEST!a}, line {number}: {line[:200]!a}")
            sums[parts[2]] = parts[1]
        files = self._entries.keys() - _UNLISTED
        if unlisted := sorted(files - sums.keys()):
            raise ArchiveRefused("not-listed", f"{unlisted[0]!a} is not in {contents.MANIFEST}")
        if absent := sorted(sums.keys() - files):
            raise ArchiveRefused("missing-file", f"there is no {absent[0][:200]!a}, which the manifest names")

    def _read_index(self) -> Index:
        said = self.read_json(contents.INDEX)
        if not isinstance(said, dict) or said.get("heldout_archive") != contents.VERSION:
            found = said.get("heldout_archive") if isinstance(said, dict) else said
            raise ArchiveRefused("archive-version", f"it is of version {str(found)[:50]!a}")
        study, scale, spec = said.get("study"), said.get("scale"), said.get("spec")
        for name in (study, *([] if scale is None else [scale])):
            if not isinstance(name, str) or not _SLUG.fullmatch(name):
                raise ArchiveRefused("wrong-format", f"{contents.INDEX!a} names {str(name)[:200]!a}")
        if not isinstance(spec, str) or spec not in self._entries or not spec.endswith((".yaml", ".yml")):
            raise ArchiveRefused("missing-file", f"there is no spec {str(spec)[:200]!a}")
        left_out = said.get("left_out", [])
        if not isinstance(left_out, list) or not all(isinstance(kind, str) for kind in left_out):
            raise ArchiveRefused("wrong-format", f"{contents.INDEX!a} says what was left out as {left_out!a}")
        return Index(str(study), scale, spec, str(said.get("software", ""))[:100], tuple(left_out))


def open_archive(path: Path, trust_operators: bool = False, limits: Limits | None = None) -> Archive:
    """Open an archive and check its list of files; the files are checked as they are read.

    Args:
        path: of the zip file.
        trust_operators: open it although it holds operator files, which are code.
        limits: on what it may ask for.

    Raises:
        ArchiveRefused: it is none, or holds what no archive may.
        OSError: the file cannot be read.
    """
    file = path.open("rb")
    try:
        archive = Archive(path, file, limits or Limits())
        if archive.operator_files and not trust_operators:
            named = ", ".join(archive.operator_files[:5])
            raise ArchiveRefused("operators", f"it holds operators, which are programs: {named}")
    except BaseException:
        file.close()
        raise
    return archive
