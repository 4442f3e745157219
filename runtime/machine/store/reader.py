"""Read the store: records, checksums, artifacts. Takes no lock and changes nothing."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from heldout.runtime.artifacts import Artifact
from heldout.runtime.artifacts.kinds import kind_called
from heldout.runtime.costs import COST, costs_of
from heldout.runtime.machine.store.checked import CheckedFiles, files_hold, sha256_of
from heldout.runtime.machine.store.contents import Contents
from heldout.runtime.machine.store.durable import reading_from
from heldout.runtime.machine.store.faults import is_absent
from heldout.runtime.machine.store.objects import object_folder, read_manifest
from heldout.runtime.machine.store.packs import INDEX_SUFFIX, PackIndex
from heldout.runtime.machine.store.record import Record, files_of_port, is_task, log
from heldout.runtime.machine.store.scratch import scratch_root

PARSED_LINES = 4096  # records kept parsed, so that a task's several look-ups read its line once


class StoreReader:
    """Results by task. A damaged copy is passed over with a warning, as if it were not there."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self._indices: dict[Path, PackIndex] = {}
        self._lines: dict[str, list[tuple[PackIndex, int, int]]] = {}
        self._parsed: dict[tuple[Path, int], Record | None] = {}
        self._own: dict[str, tuple[Record, Path]] = {}  # what this process put, and its pack
        self._bad: set[tuple[str, Path | None]] = set()  # task, and its pack or None for a folder
        self._sound: set[tuple[str, str]] = set()  # task and port of folders whose files held
        self._checked = CheckedFiles()
        self._contents = Contents(self.root)
        self._passed_over: set[Path] = set()  # what cannot be read, and was said to be so
        self.refresh()

    def refresh(self) -> None:
        """Read what other processes have appended since the last time."""
        with reading_from(self.root), self._passing_over(self.root / "packs"):
            with os.scandir(self.root / "packs") as entries:
                found = sorted(entry.name for entry in entries if entry.name.endswith(INDEX_SUFFIX))
            for name in found:
                path = self.root / "packs" / name
                with self._passing_over(path):
                    self._read_index(path, path.stat().st_size)

    def _read_index(self, path: Path, size: int) -> None:
        index = self._indices.setdefault(path, PackIndex(path))
        if size > index.consumed:
            for task, content, position, length in index.read_new():
                if content is not None:
                    self._contents.note(content, task)
                self._lines.setdefault(task, []).append((index, position, length))

    @contextlib.contextmanager
    def _passing_over(self, path: Path) -> Iterator[None]:
        """Take for not there what is not, or what its owner lets nobody read; this is said once."""
        try:
            yield
        except OSError as error:
            if not is_absent(error):
                raise
            if not isinstance(error, FileNotFoundError) and path not in self._passed_over:
                self._passed_over.add(path)
                log.warning("%s: %s; what it holds counts as not done", path, error.strerror)

    def record(self, task: str) -> Record | None:
        """What is known of a finished task; None unless its files are there with the right sizes."""
        with reading_from(self.root):
            return next((record for record, _ in self._copies(task)), None)

    def has(self, task: str) -> bool:
        """Whether the task's record is known and its files have the right sizes."""
        return self.record(task) is not None

    def with_content(self, content: str) -> Record | None:
        """The record of a task whose operator was given the same; None where the store knows of none."""
        task = self._contents.find(content)
        record = None if task is None else self.record(task)
        return record if record is not None and record.get("content") == content else None

    def verify(self, task: str) -> bool:
        """Whether the task is there with the right checksums; of large files the size and time say it.

        What the disk fails to read is not: then another copy of it is computed.
        """
        while (record := self.record(task)) is not None:
            if all(self._read_port(task, port, anew=True) is not None for port in record["outputs"]):
                return True
        return False

    def load(self, task: str, port: str, kind: str | None = None) -> Artifact:
        """One output of a task; where it has none that is called so, its `cost` is by its record.

        Args:
            task: its identity.
            port: the output's name.
            kind: as which it is read, by name; by default as it was put.

        Raises:
            KeyError: the store has no such task, or the task no such port, with whole files.
            StoreError: the machine failed to read it.
            ValueError: the files do not hold this kind of artifact, or nobody declares it.
        """
        while (record := self.record(task)) is not None and port in record["outputs"]:
            found = self._read_port(task, port)
            if found is not None:
                with reading_from(self.root):
                    return read_artifact(kind_called(kind or record["outputs"][port]), found)
        if record is not None and port == COST:
            return _costs(record)
        raise KeyError(f"the store has no output {port!r} of task {task}")

    def records(self) -> Iterator[Record]:
        """The record of every task that is there, by task."""
        folders = (path.name for path in self.root.glob("objects/*/*") if is_task(path.name))
        for task in sorted({*self._lines, *self._own, *folders}):
            if (record := self.record(task)) is not None:
                yield record

    def _copies(self, task: str) -> Iterator[tuple[Record, Path | None]]:
        """The copies that are not known to be damaged, best first: record, and its pack if any.

        A copy made when fewer of its inputs were missing is the better one, then the later one.
        """
        found: list[tuple[Record, Path | None]] = []
        if task in self._own and (task, self._own[task][1]) not in self._bad:
            found.append(self._own[task])
        for index, position, length in self._lines.get(task, ()):
            if (task, index.tar) not in self._bad:
                if (record := self._parse(index, position, length)) is not None and record["task"] == task:
                    found.append((record, index.tar))
                else:
                    self._bad.add((task, index.tar))
        if not found or "missing" in found[0][0]:
            record = read_manifest(self.root, task) if (task, None) not in self._bad else None
            if record is not None:
                found.append((record, None))
        yield from sorted(found, key=lambda f: (len(f[0].get("missing", ())), -f[0].get("finished", 0)))

    def _parse(self, index: PackIndex, position: int, length: int) -> Record | None:
        key = (index.path, position)
        if key not in self._parsed:
            if len(self._parsed) >= PARSED_LINES:
                self._parsed.clear()
            self._parsed[key] = index.read(position, length)
        return self._parsed[key]

    def _read_port(self, task: str, port: str, *, anew: bool = False) -> dict[str, bytes] | Path | None:
        """A port's files, as bytes from a pack or as a folder; None where a checksum fails.

        Args:
            task: that the store has.
            port: of its outputs.
            anew: it can be computed anew, so that a disk that fails to read it is no fault.

        Raises:
            StoreError: the machine failed to read it, and it may be whole.
        """
        record, pack = next(self._copies(task))
        files = files_of_port(record, port)
        with reading_from(self.root):
            try:
                if pack is None:
                    folder = object_folder(self.root, task) / port
                    if (task, port) in self._sound or files_hold(self._checked, folder, files):
                        self._sound.add((task, port))
                        return folder
                elif (contents := _contents(pack, files)) is not None:
                    return contents
            except OSError as error:
                if not is_absent(error) and not (anew and error.errno == errno.EIO):
                    raise
        self._bad.add((task, pack))
        where = pack or object_folder(self.root, task)
        log.warning("%s: the checksums of task %s do not hold; it counts as not done", where, task)
        return None


def _costs(record: Record) -> Artifact:
    from heldout.runtime.artifacts.table import Table

    return Table.of(costs_of(record))


def _contents(pack: Path, files: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes] | None:
    """The bytes of files in a pack; None where one has not its checksum."""
    contents = {}
    with pack.open("rb") as tar:
        for name, about in files.items():
            tar.seek(about["offset"])
            contents[name] = tar.read(about["size"])
            if sha256_of(contents[name]) != about["sha256"]:
                return None
    return contents


def read_artifact(kind: type[Artifact], found: dict[str, bytes] | Path) -> Artifact:
    """An artifact from its folder, or from its files' bytes: through a folder where its kind needs one.

    Raises:
        ValueError: the files do not hold this kind of artifact.
    """
    if isinstance(found, Path):
        return kind.load(found)
    parsed = kind.parse(found)
    if parsed is not None:
        return parsed
    with tempfile.TemporaryDirectory(prefix="heldout-", dir=scratch_root()) as folder:
        for name, content in found.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return kind.load(Path(folder))
