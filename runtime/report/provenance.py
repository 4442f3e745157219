"""How the results were computed: in what environments, how exactly they repeat, and how long it took."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

TASK = re.compile(r'"([0-9a-f]{64})"')
LEVELS = {
    "bitwise": "the same bytes again with the same kind of machine, libraries and number of threads",
    "deterministic-kernels": "the same bytes again on the same model of GPU with the same driver",
}


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
class Provenance:
    """What the store's records say of the tasks behind a report.

    Attributes:
        num_tasks: tasks behind the report's numbers, each counted once.
        seconds: of all of them together, whenever they ran.
        num_partial: of them, gathered without some of their members, which had failed.
    """

    environments: tuple[Environment, ...]
    num_tasks: int
    seconds: float
    num_partial: int


def provenance(tasks: Iterable[str], store: RecordStore) -> Provenance:
    """The records of some tasks and of all that they were made from."""
    waiting = sorted(set(tasks))
    seen = set(waiting)
    environments: Counter[str] = Counter()
    seconds, num_partial, num_tasks = 0.0, 0, 0
    while waiting:
        record = store.record(waiting.pop())
        if record is None:
            continue
        num_tasks += 1
        seconds += record.get("seconds", 0.0)
        num_partial += bool(record.get("missing"))
        environments[json.dumps(record.get("environment", {}), sort_keys=True)] += 1
        for task in TASK.findall(json.dumps(record.get("inputs", {}))):
            if task not in seen:
                seen.add(task)
                waiting.append(task)
    described = tuple(_environment(json.loads(key), count) for key, count in sorted(environments.items()))
    return Provenance(described, num_tasks, seconds, num_partial)


def _environment(recorded: Mapping[str, Any], num_tasks: int) -> Environment:
    level = str(recorded.get("level", "not recorded"))
    about = tuple((key, str(value)) for key, value in sorted(recorded.items()) if key != "level")
    return Environment(level, LEVELS.get(level, ""), about, num_tasks)
