"""Which results of a study are sound: there, and with their checksums."""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any, BinaryIO

from heldout.compiler.compile import Compiled, reads_of
from heldout.compiler.store.index import object_folder, packs
from heldout.compiler.store.record import NotARecord, parse_record

Record = Mapping[str, Any]

LARGE_BYTES = 2**20  # of such a file the size and time say enough (`runtime/machine/store/checked.py`)


def sound_tasks(studies: Iterable[Compiled], store: Path, *, thorough: bool = False) -> set[str]:
    """The tasks of studies whose results are sound.

    Every result is read, but for large files that have the sizes and times of their records. Of artifacts of
    large kinds that lie in folders of their own the sizes alone are looked at, unless a task that is still to
    be computed reads them.

    Args:
        studies: whose tasks are meant.
        store: of artifacts.
        thorough: read everything. A file that is damaged gets another time, by which the job that computes
            it anew, and whoever else reads it, knows that it has to be read.
    """
    studies = tuple(studies)
    large = frozenset().union(*(compiled.catalog.large_kinds for compiled in studies))
    tasks = set[str]().union(*(compiled.tasks for compiled in studies))
    sound = set(_sound_in_packs(store, tasks))
    unread: dict[str, Record] = {}
    for task in tasks - sound:
        record = _manifest(store, task)
        if record is None:
            continue
        light = _but_for(frozenset() if thorough else large, record)
        if not _holds(store, light, thorough):
            continue
        if light["files"].keys() < record["files"].keys():
            unread[task] = record
        else:
            sound.add(task)
    sound |= unread.keys()
    waiting = list(tasks - sound)
    reads = reads_of(studies) if waiting and unread else {}
    while waiting and unread:
        for task in reads[waiting.pop()]:
            record = unread.pop(task, None)
            if record is not None and not _holds(store, record, thorough):
                sound.remove(task)
                waiting.append(task)
    return sound


def _sound_in_packs(store: Path, tasks: Set[str]) -> Iterator[str]:
    for tar, lines in packs(store, tasks):
        if lines and tar.is_file():
            with tar.open("rb") as file:
                yield from filter(None, (_sound_line(line, file) for line in lines))


def _sound_line(line: bytes, tar: BinaryIO) -> str | None:
    """The task of a line of an index whose files have their checksums."""
    try:
        record = parse_record(line)
        for about in record["files"].values():
            tar.seek(about["offset"])
            if hashlib.sha256(tar.read(about["size"])).hexdigest() != about["sha256"]:
                return None
    except (NotARecord, KeyError, TypeError, ValueError, OSError):
        return None
    return str(record["task"])


def _but_for(large: Set[str], record: Record) -> Record:
    """A record without the files of outputs of large kinds."""
    left_out = {port for port, kind in record["outputs"].items() if kind in large}
    files = {name: about for name, about in record["files"].items() if name.split("/")[0] not in left_out}
    return {**record, "files": files}


def _manifest(store: Path, task: str) -> Record | None:
    """The manifest of a task's folder whose files are there with their sizes."""
    folder = object_folder(store, task)
    try:
        record = parse_record((folder / "manifest.json").read_bytes())
        sizes = all((folder / n).stat().st_size == about["size"] for n, about in record["files"].items())
    except (NotARecord, OSError, ValueError):
        return None
    return record if sizes and record["task"] == task else None


def _holds(store: Path, record: Record, thorough: bool) -> bool:
    """Whether the files of a task's folder are what its record says."""
    folder = object_folder(store, record["task"])
    try:
        return all(_is_whole(folder / name, about, thorough) for name, about in record["files"].items())
    except OSError:
        return False


def _is_whole(path: Path, about: Mapping[str, Any], thorough: bool) -> bool:
    found = path.stat()
    as_recorded = (found.st_size, found.st_mtime_ns) == (about["size"], about.get("mtime_ns"))
    if as_recorded and found.st_size >= LARGE_BYTES and not thorough:
        return True
    whole = bool(_sha256(path) == about["sha256"])
    if as_recorded and not whole:
        with contextlib.suppress(OSError):
            os.utime(path)
    return whole


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
