"""The store: what was computed, by the identity of its task, shared by studies and processes."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from heldout.runtime.artifacts import Artifact
from heldout.runtime.artifacts.parts import memory_of
from heldout.runtime.files import link_or_copy
from heldout.runtime.machine.store.blobs import keep_file
from heldout.runtime.machine.store.checked import CheckedFiles, files_hold, sha256_of
from heldout.runtime.machine.store.durable import writing_to
from heldout.runtime.machine.store.lock import share
from heldout.runtime.machine.store.objects import discard, new_folder, object_folder, place, read_manifest
from heldout.runtime.machine.store.packs import PackWriter
from heldout.runtime.machine.store.reader import StoreReader
from heldout.runtime.machine.store.record import Record, files_of_port, has_files, is_task
from heldout.runtime.machine.store.scratch import scratch_root
from heldout.runtime.rights import as_its_folder

PACKED_BYTES = 2**20  # a task whose files together are smaller goes to a pack
NO_ORIGINS: Mapping[str, tuple[str, str]] = MappingProxyType({})


class Store(StoreReader):
    """Results by task, in packs (small ones) and folders (large ones).

    Any number of processes, also on other machines, may write at once: each appends to a pack
    of its own, and a folder appears by one rename.
    """

    def __init__(self, root: Path, key: str = "pack") -> None:
        """Open a store.

        Args:
            root: its folder; made when something is first put.
            key: what this process's pack is called, before a random part.
        """
        self._writer = PackWriter(Path(root), key.replace("/", "-"))
        self._shares = False
        self._lock: int | None = None
        super().__init__(root)
        self._checked = CheckedFiles(mends=True)

    def __enter__(self) -> Self:
        """Use the store until the block ends: nobody removes results meanwhile."""
        self._shares = True
        if self.root.is_dir():
            self._lock = share(self.root)
            self.refresh()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_index(self, path: Path, size: int) -> None:
        if path != self._writer.index:
            super()._read_index(path, size)

    def put(
        self,
        task: str,
        record: Record,
        outputs: Mapping[str, Artifact],
        origins: Mapping[str, tuple[str, str]] = NO_ORIGINS,
    ) -> Record:
        """Keep a finished task.

        Args:
            task: its identity.
            record: all that the record is to say but `task`, `outputs` and `files`.
            outputs: by port.
            origins: by port, the task and port that an output was read from, where it is that one unchanged:
                its large files are linked to.

        Returns:
            the whole record.

        Raises:
            StoreError: the disk is full, or the store cannot be written.
        """
        self._begin(task)
        whole = {"task": task, **record, "outputs": {p: type(a).__name__ for p, a in outputs.items()}}
        large = sum(memory_of(artifact) for artifact in outputs.values()) >= PACKED_BYTES
        with writing_to(self.root), self._scratch(task, on_store=large) as folder:
            for port, artifact in outputs.items():
                (folder / port).mkdir()
                if not (large and port in origins and self._link(*origins[port], folder / port)):
                    artifact.save(folder / port)
            paths = _files_in(folder)
            if sum(path.stat().st_size for path in paths.values()) < PACKED_BYTES:
                contents = {name: path.read_bytes() for name, path in paths.items()}
                whole = self._put_packed(whole, contents)
            else:
                self._put_folder(whole, folder, on_store=large)
        self._sound -= {(task, port) for port in outputs}
        return whole

    def put_same(self, task: str, record: Record, of: str) -> Record | None:
        """Keep what another task came to as what this one came to.

        Args:
            task: its identity.
            record: as `put` takes it, with the `content` of the other task.
            of: the other task.

        Returns:
            the whole record; None where the other one's files are not whole.

        Raises:
            StoreError: the disk is full, or the store cannot be written.
        """
        self._begin(task)
        found = self.record(of) if self.verify(of) else None
        if found is None or found.get("content") != record["content"]:
            return None
        whole = {"task": task, **record, "outputs": found["outputs"]}
        ports = {port: self._read_port(of, port) for port in found["outputs"]}
        packed = {port: files for port, files in ports.items() if isinstance(files, dict)}
        if len(packed) == len(ports):
            contents = {
                f"{port}/{n}": content for port, files in packed.items() for n, content in files.items()
            }
            return self._put_packed(whole, contents)
        with writing_to(self.root), self._scratch(task, on_store=True) as folder:
            for port in ports:
                (folder / port).mkdir()
                if not self._link(of, port, folder / port):
                    return None
            self._put_folder(whole, folder, on_store=True)
        self._sound -= {(task, port) for port in ports}
        return whole

    def _begin(self, task: str) -> None:
        if not is_task(task):
            raise ValueError(f"{task!r} is no task: 64 hexadecimal digits")
        if self._shares and self._lock is None:
            self._lock = share(self.root)

    def _link(self, task: str, port: str, folder: Path) -> bool:
        """Fill a folder with the files of a port that lies in a folder; whether that could be done."""
        record = self.record(task)
        found = None if record is None else self._read_port(task, port)
        if record is None or not isinstance(found, Path):
            return False
        for name in files_of_port(record, port):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(found / name, folder / name)
        return True

    def _put_packed(self, record: Record, contents: Mapping[str, bytes]) -> Record:
        record["files"] = {n: {"size": len(b), "sha256": sha256_of(b)} for n, b in contents.items()}
        _finish(record)
        record = self._writer.append(record, contents)
        self._own[record["task"]] = (record, self._writer.tar)
        self._bad.discard((record["task"], self._writer.tar))
        if "content" in record:
            self._contents.note(record["content"], record["task"])
        return record

    def _put_folder(self, record: Record, folder: Path, *, on_store: bool) -> None:
        task = record["task"]
        if not on_store:
            there = new_folder(self.root, task)
            shutil.copytree(folder, there, dirs_exist_ok=True)
            folder = there
        for parent, _, _ in os.walk(folder):
            as_its_folder(Path(parent))
        record["files"] = {n: keep_file(self.root, p, self._checked) for n, p in _files_in(folder).items()}
        _finish(record)
        if not self._is_whole(task, record.get("missing")):
            discard(self.root, task)
        place(self.root, record, folder)
        self._bad.discard((task, None))
        if "content" in record:
            self._contents.write(record["content"], task)

    def _is_whole(self, task: str, missing: list[str] | None) -> bool:
        """Whether the folder of a task is there already, made without the same inputs, and whole."""
        try:
            old = read_manifest(self.root, task)
            holds = old is not None and files_hold(
                self._checked, object_folder(self.root, task), old["files"], thorough=True
            )
        except OSError:  # what the disk fails to read another copy takes the place of
            return False
        return old is not None and holds and old.get("missing") == missing

    def checkpoint_folder(self, task: str) -> Path:
        """Where an unfinished task keeps its checkpoint."""
        return self.root / "checkpoints" / task

    def flush(self) -> None:
        """Make everything that was put durable and visible to others.

        Raises:
            StoreError: the disk is full, or the store cannot be written.
        """
        self._writer.flush()

    def close(self) -> None:
        """Flush, and close this process's pack."""
        try:
            self._writer.close()
        finally:
            lock, self._lock = self._lock, None
            if lock is not None:
                os.close(lock)

    @contextlib.contextmanager
    def _scratch(self, task: str, *, on_store: bool) -> Iterator[Path]:
        folder = (
            new_folder(self.root, task)
            if on_store
            else Path(tempfile.mkdtemp(prefix="heldout-", dir=scratch_root()))
        )
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _files_in(folder: Path) -> dict[str, Path]:
    return {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}


def _finish(record: Record) -> None:
    """See that a record is one; its content stands last, where it is found without parsing the rest."""
    if not has_files(record):
        raise ValueError(f"an output has a file with an unsafe name: {sorted(record['files'])}")
    if "content" in record:
        record["content"] = record.pop("content")
