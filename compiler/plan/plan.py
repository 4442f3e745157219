"""The plan: stages, tasks and shards, immutable, and how it is made from a study."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from heldout.compiler.plan.cells import Cell
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.fusing import Fusing
from heldout.compiler.plan.packing import Packing, pack

GROWING = ("sequence", "count", "search")  # kinds of axes, the slowest first

Owner = dict[str, tuple[str, str]]  # the stage and shard of every task


@dataclass(frozen=True)
class Shard:
    """Tasks of one stage that one job runs.

    Attributes:
        name: its number within the stage, as in file names.
        cells: one cell of each of its tasks, row-major numbers, in the order in which they run.
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
    lead: str  # the stage in whose jobs it runs, each with the shard of the same name; or itself


@dataclass(frozen=True)
class Plan:
    stages: tuple[PlannedStage, ...]
    packing: Packing

    @property
    def tasks(self) -> int:
        return sum(stage.tasks for stage in self.stages)

    @property
    def jobs(self) -> tuple[tuple[PlannedStage, ...], ...]:
        """The stages that run in one job, by job: the first has its name, the order is theirs in it."""
        jobs: dict[str, list[PlannedStage]] = {}
        for stage in self.stages:
            if stage.shards:
                jobs.setdefault(stage.lead, []).append(stage)
        return tuple(tuple(job) for job in jobs.values())

    @property
    def num_jobs(self) -> int:
        return sum(len(job[0].shards) for job in self.jobs)


def make_plan(expansions: dict[str, StageExpansion], packing: Packing | None = None) -> Plan:
    """Pack the tasks of every stage into shards, and these into jobs.

    Each task is computed by the first stage that has it. Cells are packed with the axes that
    grow (counts and searches) slowest, so that a seed more leaves the shards there are alone.
    Stages that read one shard only of another's tasks may join its job.

    Args:
        expansions: of the study.
        packing: of every stage; by default by hints alone.
    """
    packing = packing or pack(expansions)
    taken: set[str] = set()
    runs: dict[str, list[list[int]]] = {}
    for _, group in itertools.groupby(sorted(expansions.values(), key=_group), _group):
        members = tuple(group)
        for expansion, own in zip(members, _runs(members, taken), strict=True):
            runs[expansion.stage.name] = own
    fusing = Fusing(_reads(expansions, runs), packing.target.job_seconds)
    owner: Owner = {}
    shards: dict[str, dict[str, list[int]]] = {}
    for name, own in runs.items():
        shards[name] = _shards(expansions[name], own, packing, fusing, owner)
        for shard, cells in shards[name].items():
            where, ids = (name, shard), expansions[name].ids
            owner.update((ids[flat] or "", where) for flat in cells)
    # Within a group a stage may read tasks of one that comes after it, so needs come last.
    stages = [
        _planned(expansions[name], shards[name], packing, fusing.lead(name), owner) for name in expansions
    ]
    return Plan(tuple(stages), packing)


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


def _reads(
    expansions: Mapping[str, StageExpansion], runs: Mapping[str, list[list[int]]]
) -> dict[str, set[str]]:
    """The stages whose tasks each stage reads, itself among them where it reads its own."""
    home: dict[str | None, str] = {}
    for name, own in runs.items():
        ids = expansions[name].ids
        home.update((ids[flat], name) for run in own for flat in run)
    reads: dict[str, set[str]] = {}
    for name, own in runs.items():
        of_cells = expansions[name].reads
        tasks = {task for run in own for flat in run for task in of_cells[flat]}
        reads[name] = {home[task] for task in tasks}
    return reads


def _shards(
    expansion: StageExpansion, runs: list[list[int]], packing: Packing, fusing: Fusing, owner: Owner
) -> dict[str, list[int]]:
    """The cells of a stage by shard: along the shards of a job that it joins, else by its own packing."""
    stage = packing.stages[expansion.stage.name]
    size = stage.tasks_per_job
    packed = _packed(expansion, runs, size)
    while len(packed) > packing.target.max_jobs and size < sum(map(len, runs)):
        size *= 2  # not just enough: a seed more would then change the size, and with it every shard
        packed = _packed(expansion, runs, size)
    cells = runs[0] if len(runs) == 1 else []
    joined = fusing.join(expansion, cells, stage.cost.seconds, size, owner)
    if joined is not None:
        return joined
    shards = {f"{number:03d}": part for number, part in enumerate(packed)}
    fusing.begin(expansion, {shard: len(part) * stage.cost.seconds for shard, part in shards.items()})
    return shards


def _packed(expansion: StageExpansion, runs: list[list[int]], size: int) -> list[list[int]]:
    """The cells of a stage in parts of about this size.

    A part holds whole repetitions (a seed, a trial), or an even part of one: repetitions that are
    added leave the parts there are alone, and what gathers along other axes finds all in one part.
    """
    slow = _slow_axes(expansion)
    if not slow or len(runs) != 1:
        return [run[start : start + size] for run in runs for start in range(0, len(run), size)]
    strides = _strides(expansion)
    axes = [(strides[i], expansion.grid.sizes[i]) for i in slow]

    def repetition(flat: int) -> tuple[int, ...]:
        return tuple([flat // stride % levels for stride, levels in axes])

    blocks = [list(block) for _, block in itertools.groupby(runs[0], repetition)]
    count = round(size / len(blocks[0])) if blocks else 1
    if count > 1:
        return [list(itertools.chain(*blocks[i : i + count])) for i in range(0, len(blocks), count)]
    return [part for block in blocks for part in _even_parts(block, max(1, round(len(block) / size)))]


def _even_parts(cells: list[int], count: int) -> list[list[int]]:
    bounds = [len(cells) * i // count for i in range(count + 1)]
    return [cells[start:end] for start, end in itertools.pairwise(bounds)]


def _packing_order(expansion: StageExpansion) -> list[int]:
    """Cells by sequence step, count and search level first, then by the other axes."""
    slow, strides = _slow_axes(expansion), _strides(expansion)
    sizes = expansion.grid.sizes
    order = [0]
    for i in (*slow, *(i for i in range(len(sizes)) if i not in slow)):
        order = [flat + level * strides[i] for flat in order for level in range(sizes[i])]
    return order


def _slow_axes(expansion: StageExpansion) -> tuple[int, ...]:
    """The numbers of the axes that repeat or grow, slowest first."""
    kinds = expansion.axis_kinds()
    return tuple(
        sorted((i for i, kind in enumerate(kinds) if kind in GROWING), key=lambda i: GROWING.index(kinds[i]))
    )


def _strides(expansion: StageExpansion) -> list[int]:
    sizes = expansion.grid.sizes
    return [math.prod(sizes[i + 1 :]) for i in range(len(sizes))]


def _planned(
    expansion: StageExpansion,
    packed: Mapping[str, list[int]],
    packing: Packing,
    lead: str,
    owner: Owner,
) -> PlannedStage:
    name = expansion.stage.name
    shards = []
    for shard, cells in packed.items():
        needs = {owner[task] for flat in cells for task in expansion.reads[flat]}
        if (name, shard) in needs:
            needs.remove((name, shard))  # and the order of its tasks is that of its steps
        else:
            cells = _by_shared_inputs(cells, expansion)
        shards.append(Shard(shard, tuple(cells), tuple(sorted(needs))))
    num_cells = sum(task is not None for task in expansion.ids)
    tasks = sum(map(len, packed.values()))
    return PlannedStage(
        name=name,
        operator=expansion.stage.use,
        axes=expansion.grid.axes,
        cells=num_cells,
        tasks=tasks,
        shared=num_cells - tasks,
        seconds=packing.stages[name].cost.seconds,
        shards=tuple(shards),
        lead=lead,
    )


def _by_shared_inputs(cells: list[int], expansion: StageExpansion) -> list[int]:
    """The cells of a shard so that those which read the same follow each other.

    What most of them share leads, as data do before models: a job then loads it once, however
    little it can keep. Cells that read lists of their own, or nothing, stay as they are.
    """
    reads = [expansion.reads[flat] for flat in cells]
    width = len(reads[0])
    if width == 0 or any(len(tasks) != width for tasks in reads):
        return cells
    columns = list(zip(*reads, strict=True))
    distinct = [dict.fromkeys(column) for column in columns]  # in the order of first use
    shared = sorted(
        (i for i in range(width) if 1 < len(distinct[i]) < len(cells)), key=lambda i: len(distinct[i])
    )
    if not shared:
        return cells
    numbers = [dict(zip(distinct[i], range(len(cells)), strict=False)) for i in shared]
    keys = list(zip(*([n[t] for t in columns[i]] for i, n in zip(shared, numbers, strict=True)), strict=True))
    return [cells[i] for i in sorted(range(len(cells)), key=keys.__getitem__)]
