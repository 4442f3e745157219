"""The store: what was computed, by the identity of its task, shared by studies and processes."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from heldout.runtime.artifacts import Artifact
from heldout.runtime.artifacts.parts import memory_of
from heldout.runtime.machine.store.durable import writing_to
from heldout.runtime.machine.store.lock import share
from heldout.runtime.machine.store.objects import discard, new_folder, object_folder, place, read_manifest
from heldout.runtime.machine.store.packs import PackWriter
from heldout.runtime.machine.store.reader import StoreReader, file_sha256, files_hold, sha256_of
from heldout.runtime.machine.store.record import Record, has_files, is_task
from heldout.runtime.machine.store.scratch import scratch_root

PACKED_BYTES = 2**20  # a task whose files together are smaller goes to a pack


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

    def put(self, task: str, record: Record, outputs: Mapping[str, Artifact]) -> Record:
        """Keep a finished task.

        Args:
            task: its identity.
            record: all that the record is to say but `task`, `outputs` and `files`.
            outputs: by port.

        Returns:
            the whole record.

        Raises:
            StoreError: the disk is full, or the store cannot be written.
        """
        if not is_task(task):
            raise ValueError(f"{task!r} is no task: 64 hexadecimal digits")
        if self._shares and self._lock is None:
            self._lock = share(self.root)
        whole = {"task": task, **record, "outputs": {p: type(a).__name__ for p, a in outputs.items()}}
        large = sum(memory_of(artifact) for artifact in outputs.values()) >= PACKED_BYTES
        with writing_to(self.root), self._scratch(task, on_store=large) as folder:
            for port, artifact in outputs.items():
                (folder / port).mkdir()
                artifact.save(folder / port)
            paths = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
            if sum(path.stat().st_size for path in paths.values()) < PACKED_BYTES:
                contents = {name: path.read_bytes() for name, path in paths.items()}
                whole = self._put_packed(whole, contents)
            else:
                self._put_folder(whole, paths, folder, on_store=large)
        self._sound -= {(task, port) for port in outputs}
        return whole

    def _put_packed(self, record: Record, contents: Mapping[str, bytes]) -> Record:
        record["files"] = {n: {"size": len(b), "sha256": sha256_of(b)} for n, b in contents.items()}
        _check_names(record)
        record = self._writer.append(record, contents)
        self._own[record["task"]] = (record, self._writer.tar)
        self._bad.discard((record["task"], self._writer.tar))
        return record

    def _put_folder(self, record: Record, paths: dict[str, Path], folder: Path, *, on_store: bool) -> None:
        task = record["task"]
        record["files"] = {
            name: {"size": path.stat().st_size, "sha256": file_sha256(path)} for name, path in paths.items()
        }
        _check_names(record)
        if not on_store:
            there = new_folder(self.root, task)
            shutil.copytree(folder, there, dirs_exist_ok=True)
            folder = there
        if not self._is_whole(task, record.get("missing")):
            discard(self.root, task)
        place(self.root, record, folder)
        self._bad.discard((task, None))

    def _is_whole(self, task: str, missing: list[str] | None) -> bool:
        """Whether the folder of a task is there already, made without the same inputs, and whole."""
        try:
            old = read_manifest(self.root, task)
            holds = old is not None and files_hold(object_folder(self.root, task), old["files"])
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


def _check_names(record: Record) -> None:
    if not has_files(record):
        raise ValueError(f"an output has a file with an unsafe name: {sorted(record['files'])}")
