"""What a store holds, read from its indexes: which tasks are done, and what each was made of."""

import os
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from pathlib import Path
from typing import Any

from heldout.compiler.store.record import NotARecord, is_sound_line, parse_record
from heldout.compiler.store.trouble import tell

_INDEX_SUFFIX = ".index.jsonl"
_HEAD = b'{"task":"'
_TASK = slice(len(_HEAD), len(_HEAD) + 64)
_OPERATOR = b'","operator":"%s"'


def stored_tasks(store: Path) -> set[str]:
    """The tasks that a store has a record of. The runtime checks the files behind it when it reads them."""
    found = {line[_TASK].decode() for _, lines in packs(store) for line in lines}
    return found | {path.parent.name for path in _manifests(store)}


def stored_records(store: Path, operators: Set[str] | None = None) -> Iterator[dict[str, Any]]:
    """The records of a store's tasks; where operators are named, those of these alone, else all.

    A line of another operator is passed over by its first bytes, which is many times faster.
    """
    wanted = None if operators is None else tuple(_OPERATOR % name.encode() for name in sorted(operators))
    for line in (line for _, lines in packs(store) for line in lines):
        if wanted is not None and not line.startswith(wanted, _TASK.stop):
            continue
        with suppress(NotARecord):  # the runtime passes it over too
            yield parse_record(line)
    for path in _manifests(store):
        try:
            record = parse_record(path.read_bytes())
        except OSError as error:
            tell(path, f"it cannot be read ({error.strerror}), and counts as not there")
            continue
        except NotARecord as error:
            tell(path, f"it {error}, and counts as not there")
            continue
        if operators is None or record.get("operator") in operators:
            yield record


def records_of(store: Path, tasks: Set[str]) -> dict[str, dict[str, Any]]:
    """The records of some tasks, as far as the store has them.

    Where there are several copies it is the one that the runtime takes: made when fewer inputs were
    missing, then the later one.
    """
    found: dict[str, dict[str, Any]] = {}
    for _, lines in packs(store, tasks):
        for line in lines:
            _keep_better(found, line)
    for task in tasks:
        with suppress(OSError):
            _keep_better(found, (object_folder(store, task) / "manifest.json").read_bytes())
    return found


def packs(store: Path, tasks: Set[str] | None = None) -> Iterator[tuple[Path, list[bytes]]]:
    """Every pack of small results, with the whole lines of its index.

    What is damaged, or of a colleague who lets nobody read it, counts as not there, which is said once.

    Args:
        store: a store's folder.
        tasks: only the lines of these.
    """
    for index in _found(store / "packs", f"*{_INDEX_SUFFIX}"):
        try:
            whole = index.read_bytes().split(b"\n")[:-1]  # what follows the last newline is not whole
        except OSError as error:
            tell(index, f"it cannot be read ({error.strerror}), and its results count as not there")
            continue
        sound = [line for line in whole if line.startswith(_HEAD) and is_sound_line(line)]
        if bad := len(whole) - len(sound):
            lines = (
                f"{bad} of its lines are damaged, and their"
                if bad > 1
                else "a line of it is damaged, and its"
            )
            tell(index, f"{lines} results count as not there")
        if tasks is not None:
            sound = [line for line in sound if line[_TASK].decode("ascii", "replace") in tasks]
        yield index.with_name(index.name.removesuffix(_INDEX_SUFFIX) + ".tar"), sound


def _manifests(store: Path) -> Iterator[Path]:
    """The manifest of every result that is too large for a pack."""
    for folder in _found(store / "objects", "??"):
        yield from _found(folder, "*/manifest.json")


def _found(folder: Path, pattern: str) -> list[Path]:
    """What matches in a folder; nothing where it cannot be read."""
    if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
        tell(folder, "it cannot be read, and counts as empty")
        return []
    return sorted(folder.glob(pattern))


def object_folder(store: Path, task: str) -> Path:
    """Where a task lies whose results are too large for a pack."""
    return store / "objects" / task[:2] / task


def preference(record: Mapping[str, Any]) -> tuple[int, float]:
    """What the runtime orders copies of one task by: it takes the least."""
    return len(record.get("missing", ())), -record.get("finished", 0.0)


def _keep_better(found: dict[str, dict[str, Any]], text: bytes) -> None:
    try:
        record = parse_record(text)
    except NotARecord:
        return
    known = found.get(record["task"])
    if known is None or preference(record) < preference(known):
        found[record["task"]] = record
