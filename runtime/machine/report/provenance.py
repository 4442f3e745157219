"""How the results were computed: where, how exactly that repeats, and what it took."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

TASK = re.compile(r'"([0-9a-f]{64})"')
LEVELS = {
    "bitwise": "the same bytes again with the same kind of machine, libraries and number of threads",
    "deterministic-kernels": "the same bytes again on the same model of GPU with the same driver",
}


# What of a record the page speaks of. `cpu_seconds` and `gpu_joules` are there where they were measured.
KEPT = ("operator", "seconds", "environment", "missing", "cpu_seconds", "gpu_joules", "finished")


class RecordStore(Protocol):
    """What the report asks of the store about finished tasks."""

    def record(self, task: str) -> dict[str, Any] | None: ...


@dataclass(frozen=True)
class Environment:
    """One environment that tasks ran in.

    Attributes:
        level: what is promised of repeating a task there, and that in words.
        about: torch, device, threads, … as recorded.
        num_tasks: tasks that ran there.
    """

    level: str
    promise: str
    about: tuple[tuple[str, str], ...]
    num_tasks: int


@dataclass(frozen=True)
class Effort:
    """What the tasks of one operator took.

    Attributes:
        seconds: from start to end, of all tasks together.
        longest: of the slowest task.
    """

    operator: str
    num_tasks: int
    seconds: float
    longest: float


@dataclass(frozen=True)
class Provenance:
    """What the store's records say of the tasks behind a report.

    Attributes:
        efforts: by operator, the longest first.
        num_tasks: tasks behind the report's numbers, each counted once.
        seconds: of all of them together, whenever they ran.
        num_partial: of them, gathered without some of their members, which had failed.
        cpu_seconds, gpu_joules: of the tasks that were measured; None where none was.
        num_gpu_measured: tasks whose GPU energy was measured.
        days: on which the first and the last task ended (UTC), as 2026-11-30; None where none says so.
    """

    environments: tuple[Environment, ...]
    efforts: tuple[Effort, ...]
    num_tasks: int
    seconds: float
    num_partial: int
    cpu_seconds: float | None = None
    gpu_joules: float | None = None
    num_gpu_measured: int = 0
    days: tuple[str, str] | None = None


def provenance(tasks: Iterable[str], store: RecordStore) -> Provenance:
    """The records of some tasks and of all that they were made from."""
    waiting = sorted(set(tasks))
    seen = set(waiting)
    records: list[dict[str, Any]] = []
    while waiting:
        record = store.record(waiting.pop())
        if record is None:
            continue
        # Kept without its inputs and files, which are most of it.
        records.append({key: record[key] for key in KEPT if key in record})
        for task in TASK.findall(json.dumps(record.get("inputs", {}))):
            if task not in seen:
                seen.add(task)
                waiting.append(task)
    environments = Counter(json.dumps(one.get("environment", {}), sort_keys=True) for one in records)
    cpu = [one["cpu_seconds"] for one in records if "cpu_seconds" in one]
    gpu = [one["gpu_joules"] for one in records if "gpu_joules" in one]
    return Provenance(
        environments=tuple(_environment(json.loads(key), n) for key, n in sorted(environments.items())),
        efforts=_efforts(records),
        num_tasks=len(records),
        seconds=math.fsum(one.get("seconds", 0.0) for one in records),
        num_partial=sum(bool(one.get("missing")) for one in records),
        cpu_seconds=math.fsum(cpu) if cpu else None,
        gpu_joules=math.fsum(gpu) if gpu else None,
        num_gpu_measured=len(gpu),
        days=_days([one["finished"] for one in records if "finished" in one]),
    )


def _days(finished: list[float]) -> tuple[str, str] | None:
    if not finished:
        return None
    first, last = (
        datetime.fromtimestamp(end, UTC).date().isoformat() for end in (min(finished), max(finished))
    )
    return first, last


def _efforts(records: Iterable[Mapping[str, Any]]) -> tuple[Effort, ...]:
    seconds: dict[str, list[float]] = {}
    for one in records:
        seconds.setdefault(one.get("operator", "not recorded"), []).append(one.get("seconds", 0.0))
    efforts = [Effort(name, len(own), math.fsum(own), max(own)) for name, own in seconds.items()]
    return tuple(sorted(efforts, key=lambda effort: (-effort.seconds, effort.operator)))


def _environment(recorded: Mapping[str, Any], num_tasks: int) -> Environment:
    level = str(recorded.get("level", "not recorded"))
    about = tuple((key, str(value)) for key, value in sorted(recorded.items()) if key != "level")
    return Environment(level, LEVELS.get(level, ""), about, num_tasks)
