"""The plan: stages, tasks and shards, immutable, and how it is made from a study."""

import itertools
import math
from dataclasses import dataclass, replace

from compiler.plan.cells import Cell
from compiler.plan.expand import StageExpansion

SHARD_SECONDS = 60.0  # of work that one job should hold: many tasks pay for one start of Python
MAX_SHARDS = 500  # jobs of one stage: beyond, Snakemake's graph is what takes the time


@dataclass(frozen=True)
class Shard:
    """Tasks that one job runs.

    Attributes:
        name: its number within the stage, as in file names.
        cells: one cell of each of its tasks, row-major numbers.
        needs: the shards whose tasks it reads, as (stage, shard).
    """

    name: str
    cells: tuple[int, ...]
    needs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PlannedStage:
    name: str
    operator: str
    axes: tuple[str, ...]
    cells: int  # that exist
    tasks: int  # that this stage computes: cells of equal content are one task
    shared: int  # cells whose task another cell or an earlier stage has
    seconds: float  # of one task, as far as is known
    shards: tuple[Shard, ...]


@dataclass(frozen=True)
class Plan:
    stages: tuple[PlannedStage, ...]

    @property
    def tasks(self) -> int:
        return sum(stage.tasks for stage in self.stages)


def make_plan(expansions: dict[str, StageExpansion]) -> Plan:
    """Pack the tasks of every stage into shards.

    Each task is computed by the first stage that has it. Cells are packed with the axes that
    grow (counts and searches) slowest, so that a seed more leaves the shards there are alone.
    """
    owner: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    planned: dict[str, PlannedStage] = {}
    for _, group in itertools.groupby(sorted(expansions.values(), key=_group), _group):
        members = tuple(group)
        for expansion, runs in zip(members, _runs(members, taken), strict=True):
            planned[expansion.stage.name] = _plan_stage(expansion, runs, owner)
    # Within a group a stage may read tasks of one that comes after it, so needs come last.
    return Plan(tuple(_with_needs(planned[name], expansions[name], owner) for name in expansions))


def _group(expansion: StageExpansion) -> int:
    return expansion.group


def _runs(members: tuple[StageExpansion, ...], taken: set[str]) -> list[list[list[int]]]:
    """For each stage of a group the cells that it computes, in runs that a job may not span.

    The stages take turns, step by step, so that a task that several have belongs to the first
    that can compute it; else jobs might wait for each other in a circle.
    """
    turns: dict[Cell, list[tuple[int, list[int]]]] = {}
    for number, expansion in enumerate(members):
        positions = [expansion.grid.axes.index(axis) for axis in expansion.along]
        by_step: dict[Cell, list[int]] = {}
        for flat in _packing_order(expansion):
            cell = expansion.grid.cell(flat) if positions else ()
            by_step.setdefault(tuple([cell[p] for p in positions]), []).append(flat)
        for step, cells in by_step.items():
            turns.setdefault(step, []).append((number, cells))
    runs: list[list[list[int]]] = [[] for _ in members]
    for step in sorted(turns):
        for number, cells in turns[step]:
            ids, run = members[number].ids, []
            for flat in cells:
                task = ids[flat]
                if task is not None and task not in taken:
                    taken.add(task)
                    run.append(flat)
            runs[number].append(run)
    return runs


def _plan_stage(
    expansion: StageExpansion, runs: list[list[int]], owner: dict[str, tuple[str, str]]
) -> PlannedStage:
    tasks = sum(map(len, runs))
    cells = sum(task is not None for task in expansion.ids)
    seconds = expansion.stage.resources.seconds or max(expansion.operator.seconds, 1e-6)
    size = max(1, round(SHARD_SECONDS / seconds))
    while tasks > size * MAX_SHARDS:
        size *= 2  # not just enough: a seed more would then change the size, and with it every shard
    packed = [tuple(run[start : start + size]) for run in runs for start in range(0, len(run), size)]
    shards = tuple(Shard(f"{number:03d}", part, ()) for number, part in enumerate(packed))
    for shard in shards:
        for flat in shard.cells:
            task = expansion.ids[flat]
            assert task is not None
            owner[task] = (expansion.stage.name, shard.name)
    return PlannedStage(
        name=expansion.stage.name,
        operator=expansion.stage.use,
        axes=expansion.grid.axes,
        cells=cells,
        tasks=tasks,
        shared=cells - tasks,
        seconds=seconds,
        shards=shards,
    )


def _packing_order(expansion: StageExpansion) -> list[int]:
    """Cells by sequence step, count and search level first, then by the other axes."""
    grid = expansion.grid
    kinds = {"sequence": 0, "count": 1, "search": 2}
    axes = expansion.axis_kinds()
    slow = sorted(range(len(grid.axes)), key=lambda i: (kinds.get(axes[i], 3), i))
    strides = [math.prod(grid.sizes[i + 1 :]) for i in range(len(grid.sizes))]
    order = [0]
    for i in slow:
        order = [flat + level * strides[i] for flat in order for level in range(grid.sizes[i])]
    return order


def _with_needs(
    stage: PlannedStage, expansion: StageExpansion, owner: dict[str, tuple[str, str]]
) -> PlannedStage:
    shards = []
    for shard in stage.shards:
        own = (stage.name, shard.name)
        reads = {owner[task] for flat in shard.cells for task in expansion.reads[flat]}
        shards.append(Shard(shard.name, shard.cells, tuple(sorted(reads - {own}))))
    return replace(stage, shards=tuple(shards))
