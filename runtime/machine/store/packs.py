"""Packs: many small results in one tar file, with an index of one JSON line a task beside it."""

import io
import json
import os
import secrets
import tarfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from heldout.runtime.files import sync
from heldout.runtime.machine.store.durable import write_all, writing_to
from heldout.runtime.machine.store.faults import is_absent
from heldout.runtime.machine.store.record import Record, StoreError, has_files, log, parse_record, sealed
from heldout.runtime.rights import make_folders, open_new

FLUSH_SECONDS = 0.5  # how much finished work a kill may cost
INDEX_SUFFIX = ".index.jsonl"

_HEAD = b'{"task":"'
_TASK = slice(len(_HEAD), len(_HEAD) + 64)
_CONTENT_HEAD, _SEAL_BYTES = b',"content":"', len(',"crc32":"01234567"}')  # how a line ends that has both
_CONTENT_BYTES = len(_CONTENT_HEAD) + 64 + 1


class PackWriter:
    """The one pack that a process appends to.

    A task's line is appended to the index only after its bytes in the tar are on the disk, so a
    line that is there speaks of bytes that are there. Nobody else ever writes to these files.
    """

    def __init__(self, root: Path, key: str) -> None:
        self._root = root
        self.tar = root / "packs" / f"{key}-{secrets.token_hex(8)}.tar"
        self.index = self.tar.with_name(self.tar.stem + INDEX_SUFFIX)
        self._descriptors: tuple[int, int] | None = None
        self._end = 0
        self._pending: list[bytes] = []
        self._appending = threading.Lock()
        self._flushing = threading.Lock()
        self._timer: threading.Timer | None = None
        self._failure: BaseException | None = None

    def append(self, record: Record, files: Mapping[str, bytes]) -> Record:
        """Append a task's files; its record, with their offsets, becomes durable within half a second.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        blob, offsets = _members(record["task"], files)
        with self._appending, writing_to(self._root):
            if self._failure is not None:
                raise self._failure
            tar, _ = self._open()
            try:
                write_all(tar, blob)
            except OSError as error:
                self._failure = error
                os.ftruncate(tar, self._end)
                raise
            placed = {n: about | {"offset": self._end + offsets[n]} for n, about in record["files"].items()}
            record = record | {"files": placed}
            self._end += len(blob)
            line = json.dumps(sealed(record), separators=(",", ":"), ensure_ascii=False)
            self._pending.append(line.encode() + b"\n")
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_SECONDS, self._flush_in_background)
                self._timer.daemon = True
                self._timer.start()
        return record

    def _open(self) -> tuple[int, int]:
        if self._descriptors is None:
            make_folders(self.tar.parent)
            flags = os.O_WRONLY | os.O_APPEND
            self._descriptors = (open_new(self.tar, flags), open_new(self.index, flags))
            sync(self.tar.parent)
        return self._descriptors

    def flush(self) -> None:
        """Make everything appended so far durable.

        Raises:
            StoreError: the disk is full, or failed.
        """
        with self._flushing, writing_to(self._root):
            with self._appending:
                lines, self._pending = self._pending, []
                self._timer = None
                if self._failure is not None:
                    raise self._failure
            if not lines or self._descriptors is None:
                return
            tar, index = self._descriptors
            try:
                os.fsync(tar)
                write_all(index, b"".join(lines))
                os.fsync(index)
            except OSError as error:
                self._failure = error
                raise

    def _flush_in_background(self) -> None:
        try:
            self.flush()
        except (OSError, StoreError) as error:  # told to the next append or flush
            self._failure = error

    def close(self) -> None:
        """Flush, and end the tar as tar files end."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        try:
            self.flush()
            if self._descriptors is not None:
                with writing_to(self._root):
                    write_all(self._descriptors[0], bytes(2 * tarfile.BLOCKSIZE))
        finally:
            for descriptor in self._descriptors or ():
                os.close(descriptor)
            self._descriptors = None


def _members(task: str, files: Mapping[str, bytes]) -> tuple[bytes, dict[str, int]]:
    """The files as consecutive members of a tar, and where each one's bytes start in it."""
    blob, offsets = io.BytesIO(), {}
    for name in sorted(files):
        member = tarfile.TarInfo(f"{task}/{name}")  # time and owner stay 0: same value, same bytes
        member.size = len(files[name])
        blob.write(member.tobuf(tarfile.PAX_FORMAT))
        offsets[name] = blob.tell()
        blob.write(files[name] + bytes(-len(files[name]) % tarfile.BLOCKSIZE))
    return blob.getvalue(), offsets


@dataclass
class PackIndex:
    """The lines of one index that were read so far."""

    path: Path
    consumed: int = 0
    torn: int = -1  # where a line without an end was warned of
    told: bool = False  # that a line is damaged, or that the tar is cut short
    tar_size: int = field(default=0, repr=False)

    @cached_property
    def tar(self) -> Path:
        return self.path.with_name(self.path.name.removesuffix(INDEX_SUFFIX) + ".tar")

    def read_new(self) -> Iterator[tuple[str, str | None, int, int]]:
        """Tasks whose lines were appended since the last call: task, content, offset of the line, length.

        Only the ends of a line are looked at, which is what makes 100,000 lines a matter of less
        than a second; `read` parses the one that is asked for.
        """
        with self.path.open("rb") as file:
            file.seek(self.consumed)
            data = file.read()
        end = data.rfind(b"\n") + 1
        position = self.consumed
        for line in data[:end].split(b"\n")[:-1]:
            if line.startswith(_HEAD) and line.endswith(b"}"):
                yield line[_TASK].decode("ascii", "replace"), _content(line), position, len(line)
            else:
                self._tell_damage(position)
            position += len(line) + 1
        if end < len(data) and self.torn != position:
            self.torn = position
            log.warning("%s: its last line is torn; that task counts as not done", self.path)
        self.consumed = position

    def read(self, position: int, length: int) -> Record | None:
        """The record on a line; None, with a warning, where it or its bytes in the tar are not whole."""
        with self.path.open("rb") as file:
            file.seek(position)
            line = file.read(length)
        record = parse_record(line)
        if not has_files(record) or any("offset" not in about for about in record["files"].values()):
            self._tell_damage(position)
            return None
        needed = max((about["offset"] + about["size"] for about in record["files"].values()), default=0)
        if needed > self.tar_size:
            self.tar_size = _size(self.tar)
        if needed > self.tar_size:
            log.warning("%s: it is cut short; task %s counts as not done", self.tar, record["task"])
            return None
        return record

    def _tell_damage(self, position: int) -> None:
        """Say once that lines of the index are damaged: a shared store may have thousands of them."""
        if not self.told:
            where = f"the line at byte {position}"
            log.warning(
                "%s: %s is damaged; its task, and those of others like it, count as not done",
                self.path,
                where,
            )
        self.told = True


def _content(line: bytes) -> str | None:
    """The content of the call whose result a line speaks of, which stands before its seal."""
    tail = line[-_CONTENT_BYTES - _SEAL_BYTES : -_SEAL_BYTES]
    if not tail.startswith(_CONTENT_HEAD):
        return None
    return tail[len(_CONTENT_HEAD) : -1].decode("ascii", "replace")


def _size(path: Path) -> int:
    """Bytes of a file; 0 where it is not there for us."""
    try:
        return path.stat().st_size
    except OSError as error:
        if not is_absent(error):
            raise
        return 0
