"""The price of a plan: what it computes, what is there already, and how long that takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.compile import Compiled
from compiler.store_index import stored_records


@dataclass(frozen=True)
class StagePrice:
    """One stage of a plan, and what it costs."""

    name: str
    operator: str
    axes: tuple[str, ...]
    cells: int
    tasks: int
    shared: int
    cached: int
    jobs: int
    seconds_per_task: float
    measured: bool  # seconds from the store's own timings, not from a hint
    cpu_hours: float
    gpu_hours: float
    disk_mb: float

    def json(self) -> dict[str, Any]:
        return {**vars(self), "axes": list(self.axes)}


def price(compiled: Compiled, store: Path) -> tuple[StagePrice, ...]:
    """What every stage of a study costs, given what the store has.

    A stage's seconds and bytes a task are means over the store's tasks of the same operator
    where there are some, else the stage's or operator's own hint and no bytes.
    """
    cached: set[str] = set()
    seconds: dict[str, list[float]] = {}
    size: dict[str, list[int]] = {}
    for record in stored_records(store):
        cached.add(record["task"])
        seconds.setdefault(record["operator"], []).append(float(record.get("seconds", 0)))
        size.setdefault(record["operator"], []).append(sum(f["size"] for f in record["files"].values()))
    return tuple(_stage(compiled, name, cached, seconds, size) for name in compiled.expansions)


def _stage(
    compiled: Compiled,
    name: str,
    cached: set[str],
    seconds: Mapping[str, list[float]],
    size: Mapping[str, list[int]],
) -> StagePrice:
    planned = next(s for s in compiled.plan.stages if s.name == name)
    expansion = compiled.expansions[name]
    tasks = {expansion.ids[flat] for shard in planned.shards for flat in shard.cells}
    done = len(tasks & cached)
    measured = seconds.get(planned.operator)
    each = sum(measured) / len(measured) if measured else planned.seconds
    bytes_each = (
        sum(size[planned.operator]) / len(size[planned.operator]) if planned.operator in size else 0.0
    )
    resources = expansion.stage.resources
    hours = (planned.tasks - done) * each / 3600
    return StagePrice(
        name=name,
        operator=planned.operator,
        axes=planned.axes,
        cells=planned.cells,
        tasks=planned.tasks,
        shared=planned.shared,
        cached=done,
        jobs=len(planned.shards),
        seconds_per_task=round(each, 4),
        measured=measured is not None,
        cpu_hours=round(hours * resources.threads, 4),
        gpu_hours=round(hours * resources.gpu * resources.nodes, 4),
        disk_mb=round((planned.tasks - done) * bytes_each / 1e6, 3),
    )
