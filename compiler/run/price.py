"""The price of a plan: what it computes, what is there already, and how long that takes."""

import statistics
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.compile import Compiled
from heldout.compiler.plan.cost import Cost, Timings, stage_cost
from heldout.compiler.plan.plan import PlannedStage
from heldout.compiler.run.workspace import stored_timings
from heldout.compiler.store.index import stored_tasks


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
    job: str  # the stage whose jobs run it
    jobs: int  # that are its own
    seconds_per_task: float
    seconds_from: str  # where they are from, in words
    measured: bool  # seconds from the store's own timings, not from a hint
    cpu_hours: float
    gpu_hours: float
    disk_mb: float

    def json(self) -> dict[str, Any]:
        return {**vars(self), "axes": list(self.axes)}


@dataclass(frozen=True)
class JobPrice:
    """The jobs of one rule, as if the store had nothing.

    Attributes:
        stages: that run in them.
        jobs: how many there are.
        tasks: in the largest.
        seconds: of work in one of them, the median, and in the longest; a start of Python comes on top.
    """

    stages: tuple[str, ...]
    jobs: int
    tasks: int
    seconds: float
    longest: float

    def json(self) -> dict[str, Any]:
        return {**vars(self), "stages": list(self.stages)}


@dataclass(frozen=True)
class Price:
    """What a study runs, and what that costs."""

    stages: tuple[StagePrice, ...]
    jobs: tuple[JobPrice, ...]

    @property
    def total(self) -> dict[str, Any]:
        """Of all stages: tasks, those in the store, jobs, and the hours and megabytes to go."""
        keys = ("tasks", "cached", "jobs", "cpu_hours", "gpu_hours", "disk_mb")
        return {key: round(sum(getattr(stage, key) for stage in self.stages), 4) for key in keys}

    def json(self) -> dict[str, Any]:
        stages, jobs = [one.json() for one in self.stages], [one.json() for one in self.jobs]
        return {"stages": stages, "jobs": jobs, "total": self.total}


def price(compiled: Compiled, store: Path, cached: Set[str] | None = None) -> Price:
    """What every stage of a study costs, given what the store has, and every job.

    Seconds a task are what the cost model learns from the store now, bytes a task means over the
    store's tasks of the same operator, or none.
    """
    cached = stored_tasks(store) if cached is None else cached
    timings = stored_timings(store, {stage.operator for stage in compiled.plan.stages})
    costs = {name: stage_cost(expansion, timings) for name, expansion in compiled.expansions.items()}
    stages = tuple(_stage(compiled, s, cached, costs[s.name], timings) for s in compiled.plan.stages)
    return Price(stages, tuple(_job(job, costs) for job in compiled.plan.jobs))


def _stage(
    compiled: Compiled, planned: PlannedStage, cached: Set[str], cost: Cost, timings: Timings
) -> StagePrice:
    expansion = compiled.expansions[planned.name]
    done = sum(task in cached for shard in planned.shards for task in expansion.names(shard.cells))
    known = timings.get(planned.operator, [])
    bytes_each = statistics.fmean(timing.bytes for timing in known) if known else 0.0
    resources = expansion.stage.resources
    hours = (planned.tasks - done) * cost.seconds / 3600
    return StagePrice(
        name=planned.name,
        operator=planned.operator,
        axes=planned.axes,
        cells=planned.cells,
        tasks=planned.tasks,
        shared=planned.shared,
        cached=done,
        job=planned.lead,
        jobs=len(planned.shards) if planned.lead == planned.name else 0,
        seconds_per_task=cost.seconds,
        seconds_from=cost.words(),
        measured=cost.measured,
        cpu_hours=round(hours * resources.cores * resources.nodes, 4),
        gpu_hours=round(hours * resources.gpu * resources.nodes, 4),
        disk_mb=round((planned.tasks - done) * bytes_each / 1e6, 3),
    )


def _job(job: tuple[PlannedStage, ...], costs: dict[str, Cost]) -> JobPrice:
    together = list(zip(*(stage.shards for stage in job), strict=True))
    each = [costs[stage.name].seconds for stage in job]
    seconds = [sum(len(s.cells) * cost for s, cost in zip(shards, each, strict=True)) for shards in together]
    return JobPrice(
        stages=tuple(stage.name for stage in job),
        jobs=len(together),
        tasks=max(sum(len(shard.cells) for shard in shards) for shards in together),
        seconds=round(statistics.median(seconds), 3),
        longest=round(max(seconds), 3),
    )
