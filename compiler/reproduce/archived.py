"""What an archive says of its own tasks: it is read with care, since anyone may have written it."""

import json
import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.archive import contents
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.cost import Timing, Timings
from heldout.compiler.reproduce.selection import PlannedCell


@dataclass(frozen=True)
class ArchivedTask:
    """A finished task of an archive.

    Attributes:
        seconds: that it took; 0 where it does not say.
        stacked: whether it was computed together with others as one program.
    """

    operator: str
    parameters: Mapping[str, Any]
    seconds: float
    bytes: int
    stacked: bool
    environment: Mapping[str, Any]


def archived_tasks(extracted: Path) -> dict[str, ArchivedTask]:
    """The tasks that an unpacked archive has a record of."""
    found = {}
    for path in sorted((extracted / contents.STORE / "objects").glob("??/*/manifest.json")):
        try:
            record = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            found[path.parent.name] = _task(record)
    return found


def _task(record: Mapping[str, Any]) -> ArchivedTask:
    files = record.get("files")
    sizes = [about.get("size") for about in _mapping(files).values() if isinstance(about, dict)]
    return ArchivedTask(
        operator=str(record.get("operator", "")),
        parameters=_mapping(record.get("parameters")),
        seconds=_number(record.get("seconds")),
        bytes=int(sum(map(_number, sizes))),
        stacked="stack" in record,
        environment=_mapping(record.get("environment")),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain and 0 <= value <= 1e12 and math.isfinite(value) else 0.0


def timings_of_archive(tasks: Mapping[str, ArchivedTask]) -> Timings:
    """What the archived tasks took, for the packing of those that are computed again."""
    found: dict[str, list[Timing]] = {}
    for task in tasks.values():
        if task.seconds:
            found.setdefault(task.operator, []).append(Timing(task.parameters, task.seconds, task.bytes))
    return found


@dataclass(frozen=True)
class ArchivedPlan:
    """The plan of an archive's workflow.

    Attributes:
        tasks: by stage.
        by_place: a task by its stage and its coordinates, as canonical JSON.
    """

    tasks: Mapping[str, Set[str]]
    by_place: Mapping[tuple[str, str], str]


def archived_plan(extracted: Path) -> ArchivedPlan:
    """The plan of an archive's own workflow. Nothing of it is run."""
    tasks: dict[str, set[str]] = {}
    by_place: dict[tuple[str, str], str] = {}
    for stage, task in _shard_tasks(extracted / contents.PLAN):
        tasks.setdefault(stage, set()).add(str(task["task"]))
        by_place[stage, _place(task.get("coordinates"))] = str(task["task"])
    return ArchivedPlan(tasks, by_place)


def _shard_tasks(plan: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in sorted(plan.glob("*/*.json")):
        try:
            tasks = json.loads(path.read_bytes()).get("tasks")
        except (ValueError, RecursionError, AttributeError):
            continue
        for task in tasks if isinstance(tasks, list) else []:
            if isinstance(task, dict) and "task" in task:
                yield path.parent.name, task


def task_in_archive(cell: PlannedCell, plan: ArchivedPlan, tasks: Set[str]) -> str | None:
    """The archived result that a cell is compared with: of its own task, else of the one in its place."""
    if cell.task in tasks:
        return cell.task
    found = plan.by_place.get((cell.stage, _place(dict(cell.coordinates))))
    return found if found in tasks else None


def _place(coordinates: Any) -> str:
    try:
        return canonical(coordinates)
    except (ValueError, RecursionError, TypeError):
        return ""
