"""The plan: stages, tasks and shards, immutable, and how it is made from a study."""

import itertools
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from heldout.compiler.plan.columns import Projection, at_once
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.fusing import Fusing
from heldout.compiler.plan.owners import Owners
from heldout.compiler.plan.packing import Packing, pack
from heldout.compiler.plan.tasks import NO_TASK

GROWING = ("sequence", "count", "search")  # kinds of axes, the slowest first

Cells = Sequence[int]  # by their numbers


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
    owners = Owners(1 + max(max(one.numbers, default=NO_TASK) for one in expansions.values()))
    runs: dict[str, list[Cells]] = {}
    for _, group in itertools.groupby(sorted(expansions.values(), key=_group), _group):
        members = tuple(group)
        for expansion, own in zip(members, _runs(members, owners), strict=True):
            runs[expansion.stage.name] = own
    fusing = Fusing(_reads(expansions, runs, owners), packing.target.job_seconds)
    shards: dict[str, dict[str, Cells]] = {}
    for name, own in runs.items():
        shards[name] = _shards(expansions[name], own, packing, fusing, owners)
        for shard, cells in shards[name].items():
            owners.give((name, shard), map(expansions[name].numbers.__getitem__, cells))
    # Within a group a stage may read tasks of one that comes after it, so needs come last.
    stages = [
        _planned(expansions[name], shards[name], packing, fusing.lead(name), owners) for name in expansions
    ]
    return Plan(tuple(stages), packing)


def _group(expansion: StageExpansion) -> int:
    return expansion.group


def _runs(members: tuple[StageExpansion, ...], owners: Owners) -> list[list[Cells]]:
    """For each stage of a group the cells that it computes, in runs that a job may not span.

    The stages take turns, step by step, so that a task that several have belongs to the first
    that can compute it; else jobs might wait for each other in a circle.
    """
    turns: dict[int, list[tuple[int, Iterable[int]]]] = {}
    for number, expansion in enumerate(members):
        for step, cells in _by_step(expansion).items():
            turns.setdefault(step, []).append((number, cells))
    runs: list[list[Cells]] = [[] for _ in members]
    for step in sorted(turns):
        for number, cells in turns[step]:
            expansion = members[number]
            runs[number].append(owners.take(expansion.stage.name, cells, expansion.numbers))
    return runs


def _by_step(expansion: StageExpansion) -> Mapping[int, Iterable[int]]:
    """The cells of a stage in packing order, by the step of its group."""
    order = expansion.grid.in_order(_slowest_first(expansion))
    if not expansion.along:
        return {0: order}
    shape = expansion.grid.shape
    step = Projection(shape, {axis: shape[axis] for axis in expansion.along})
    found: dict[int, array[int]] = {}
    for cells in at_once(order):
        for at, cell in zip(step(cells), cells, strict=True):
            found.setdefault(at, array("i")).append(cell)
    return found


def _reads(
    expansions: Mapping[str, StageExpansion], runs: Mapping[str, list[Cells]], owners: Owners
) -> dict[str, set[str]]:
    """The stages whose tasks each stage reads, itself among them where it reads its own."""
    return {
        name: owners.stages(itertools.chain.from_iterable(map(expansions[name].reads_of, own)))
        for name, own in runs.items()
    }


def _shards(
    expansion: StageExpansion, runs: list[Cells], packing: Packing, fusing: Fusing, owners: Owners
) -> dict[str, Cells]:
    """The cells of a stage by shard: along the shards of a job that it joins, else by its own packing."""
    stage = packing.stages[expansion.stage.name]
    size = stage.tasks_per_job
    pack = _packer(expansion, runs)
    packed = pack(size)
    while len(packed) > packing.target.max_jobs and size < sum(map(len, runs)):
        size *= 2  # not just enough: a seed more would then change the size, and with it every shard
        packed = pack(size)
    cells = runs[0] if len(runs) == 1 else array("i")
    joined = fusing.join(expansion, cells, stage.cost.seconds, size, owners)
    if joined is not None:
        return joined
    shards = {f"{number:03d}": part for number, part in enumerate(packed)}
    fusing.begin(expansion, {shard: len(part) * stage.cost.seconds for shard, part in shards.items()})
    return shards


def _packer(expansion: StageExpansion, runs: list[Cells]) -> Callable[[int], list[Cells]]:
    """What lays the cells of a stage out in parts of about a size.

    A part holds whole repetitions (a seed, a trial), or an even part of one: repetitions that are
    added leave the parts there are alone, and what gathers along other axes finds all in one part.
    """
    slow = _slow_axes(expansion)
    if not slow or len(runs) != 1:
        return lambda size: [run[at : at + size] for run in runs for at in range(0, len(run), size)]
    (run,) = runs
    shape = expansion.grid.shape
    repetition = Projection(shape, {axis: shape[axis] for i, axis in enumerate(shape) if i in slow})
    bounds = [*_beginnings(run, repetition), len(run)]

    def parts(size: int) -> list[Cells]:
        count = round(size / bounds[1]) if run else 1
        if count > 1:
            return [run[start:end] for start, end in itertools.pairwise([*bounds[:-1:count], bounds[-1]])]
        return [
            part
            for start, end in itertools.pairwise(bounds)
            for part in _even_parts(run[start:end], max(1, round((end - start) / size)))
        ]

    return parts


def _beginnings(run: Cells, repetition: Projection) -> Iterator[int]:
    """Where in a run the repetitions begin."""
    before, at = None, 0
    for cells in at_once(run):
        for number in repetition(cells):
            if number != before:
                yield at
            before, at = number, at + 1


def _even_parts(cells: Cells, count: int) -> list[Cells]:
    bounds = [len(cells) * i // count for i in range(count + 1)]
    return [cells[start:end] for start, end in itertools.pairwise(bounds)]


def _slowest_first(expansion: StageExpansion) -> tuple[int, ...]:
    """The numbers of all axes in the order in which cells are packed: those that repeat or grow lead."""
    slow = _slow_axes(expansion)
    return (*slow, *(i for i in range(len(expansion.grid.axes)) if i not in slow))


def _slow_axes(expansion: StageExpansion) -> tuple[int, ...]:
    """The numbers of the axes that repeat or grow, slowest first."""
    kinds = expansion.axis_kinds()
    return tuple(
        sorted((i for i, kind in enumerate(kinds) if kind in GROWING), key=lambda i: GROWING.index(kinds[i]))
    )


def _planned(
    expansion: StageExpansion,
    packed: Mapping[str, Cells],
    packing: Packing,
    lead: str,
    owners: Owners,
) -> PlannedStage:
    name = expansion.stage.name
    shards = []
    for shard, cells in packed.items():
        needs = owners.places(expansion.reads_of(cells))
        if (name, shard) in needs:
            needs.remove((name, shard))  # and the order of its tasks is that of its steps
        else:
            cells = _by_shared_inputs(cells, expansion)
        shards.append(Shard(shard, tuple(cells), tuple(sorted(needs))))
    num_cells = len(expansion.numbers) - expansion.numbers.count(NO_TASK)
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


def _by_shared_inputs(cells: Cells, expansion: StageExpansion) -> Cells:
    """The cells of a shard so that those which read the same follow each other.

    What most of them share leads, as data do before models: a job then loads it once, however
    little it can keep. Cells that read lists of their own, or nothing, stay as they are.
    """
    reads = list(expansion.reads_of(cells))
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
