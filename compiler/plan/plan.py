"""The plan: stages, tasks and shards, immutable, and how it is made from a study."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

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
    stages = [_plan_stage(name, expansion, owner) for name, expansion in expansions.items()]
    # Within a recurrent group a stage may read tasks of one that comes after it, so needs come last.
    return Plan(tuple(_with_needs(stage, expansions[stage.name], owner) for stage in stages))


def _plan_stage(name: str, expansion: StageExpansion, owner: dict[str, tuple[str, str]]) -> PlannedStage:
    cells = sum(task is not None for task in expansion.ids)
    fresh = []
    seen: set[str] = set()
    for flat in _packing_order(expansion):
        task = expansion.ids[flat]
        if task is not None and task not in owner and task not in seen:
            seen.add(task)
            fresh.append(flat)
    seconds = expansion.stage.resources.seconds or expansion.operator.seconds
    size = max(1, round(SHARD_SECONDS / seconds), math.ceil(len(fresh) / MAX_SHARDS))
    shards = []
    for number, packed in enumerate(_packed(expansion, fresh, size)):
        shard = Shard(f"{number:03d}", packed, ())
        shards.append(shard)
        for flat in shard.cells:
            task = expansion.ids[flat]
            assert task is not None
            owner[task] = (name, shard.name)
    return PlannedStage(
        name=name,
        operator=expansion.stage.use,
        axes=expansion.grid.axes,
        cells=cells,
        tasks=len(fresh),
        shared=cells - len(fresh),
        seconds=seconds,
        shards=tuple(shards),
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


def _packed(expansion: StageExpansion, fresh: list[int], size: int) -> Iterator[tuple[int, ...]]:
    """Cells in runs of at most `size`; of entangled stages, every run within one step."""
    grid, kinds = expansion.grid, expansion.axis_kinds()

    def step(flat: int) -> tuple[int, ...]:
        levels = zip(grid.cell(flat), kinds, strict=True)
        return tuple(level for level, kind in levels if kind == "sequence") if expansion.entangled else ()

    for _, cells in itertools.groupby(fresh, step):
        whole = tuple(cells)
        for start in range(0, len(whole), size):
            yield whole[start : start + size]


def _with_needs(
    stage: PlannedStage, expansion: StageExpansion, owner: dict[str, tuple[str, str]]
) -> PlannedStage:
    shards = []
    for shard in stage.shards:
        own = (stage.name, shard.name)
        reads = {
            owner[task] for flat in shard.cells for task in expansion.text(expansion.grid.cell(flat)).reads
        }
        shards.append(Shard(shard.name, shard.cells, tuple(sorted(reads - {own}))))
    return PlannedStage(**{**stage.__dict__, "shards": tuple(shards)})
