"""The results of a study's tasks, found in a store and checked."""

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.archive.contents import task_folder
from heldout.compiler.archive.sources import Part, Source, sha256_of
from heldout.compiler.store.index import object_folder, packs, preference
from heldout.compiler.store.record import NotARecord, parse_record

Record = dict[str, Any]


@dataclass(frozen=True)
class StoredTask:
    """A finished task.

    Attributes:
        record: as the store has it.
        files: its files by `PORT/NAME`.
    """

    record: Record
    files: Mapping[str, Source]


def stored(store: Path, tasks: Set[str]) -> dict[str, StoredTask]:
    """The sound results of some tasks; where there are several copies, the one that the runtime takes.

    That is the one made when fewer of its inputs were missing, then the later one.
    """
    found: dict[str, list[StoredTask]] = {}
    for copy in _copies(store, tasks):
        found.setdefault(copy.record["task"], []).append(copy)
    best = {}
    for task in sorted(found):
        ranked = sorted(found[task], key=lambda copy: preference(copy.record))
        if (sound := next((copy for copy in ranked if _is_sound(copy)), None)) is not None:
            best[task] = sound
    return best


def _is_sound(copy: StoredTask) -> bool:
    try:
        return all(sha256_of(copy.files[n]) == about["sha256"] for n, about in copy.record["files"].items())
    except OSError:
        return False


def _copies(store: Path, tasks: Set[str]) -> Iterator[StoredTask]:
    for pack, lines in packs(store, tasks):
        for record in filter(None, map(_parsed, lines)):
            files = {n: Part(pack, f["offset"], f["size"]) for n, f in record["files"].items()}
            yield StoredTask(record, files)
    for task in sorted(tasks):
        folder = object_folder(store, task)
        try:
            manifest = _parsed((folder / "manifest.json").read_bytes())
        except OSError:
            continue
        if manifest is not None:
            yield StoredTask(manifest, {name: folder / name for name in manifest["files"]})


def _parsed(text: bytes) -> Record | None:
    try:
        return parse_record(text)
    except NotARecord:
        return None  # torn or damaged: the runtime passes it over too


def archived_files(task: StoredTask, left_out: Set[str], read: Set[str] = frozenset()) -> dict[str, Source]:
    """The files of a task in an archive, by name: a folder as the store's own, which the runtime opens.

    Args:
        task: the task.
        left_out: kinds of artifacts that stay out; the record says what they were.
        read: outputs that stay in, of whatever kind, since claims read them.
    """
    outputs = task.record["outputs"]
    kept = {port for port, kind in outputs.items() if kind not in left_out or port in read}
    files = {name: about for name, about in task.record["files"].items() if name.partition("/")[0] in kept}
    record = {key: value for key, value in task.record.items() if key not in ("outputs", "files")}
    record["outputs"] = {port: kind for port, kind in outputs.items() if port in kept}
    record["files"] = _without_places(files)
    if len(kept) < len(outputs):
        record["left_out"] = {
            "outputs": {port: kind for port, kind in outputs.items() if port not in kept},
            "files": _without_places({n: f for n, f in task.record["files"].items() if n not in files}),
        }
    folder = task_folder(record["task"])
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    return {
        f"{folder}/manifest.json": text.encode(),
        **{f"{folder}/{name}": task.files[name] for name in files},
    }


def _without_places(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What records say of files, without where and since when the store had them."""
    left_out = ("offset", "mtime_ns")
    return {n: {k: v for k, v in about.items() if k not in left_out} for n, about in sorted(files.items())}
