"""What is left to run of a study: jobs without their done files, in an order in which they can run."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, fields, replace
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path

from heldout.compiler.launch.own_data import own_data
from heldout.compiler.plan.fusing import NOT_OF_THE_JOB
from heldout.compiler.plan.plan import PlannedStage, Shard
from heldout.compiler.run.done import done_path
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.syntax.study import Resources


@dataclass(frozen=True)
class Piece:
    """The tasks of a shard that one job runs.

    Attributes:
        stage: of the shard.
        shard: its name.
        cells: one cell of each of its tasks, row-major numbers.
        whole: whether these are all that the shard has.
    """

    stage: str
    shard: str
    cells: tuple[int, ...]
    whole: bool = True


@dataclass(frozen=True)
class OwnJob:
    """A job of a study's own workflow: a shard of its first stage, and of those that joined it."""

    rule: str
    pieces: tuple[Piece, ...]


class StudyLeft:
    """What is left to run of one study.

    Attributes:
        number: its place among the studies of the suite.
        jobs: that have to run, each after those of them that it reads.
    """

    def __init__(self, number: int, workspace: Workspace, stored: Set[str]) -> None:
        """Look at a study whose workflow is written.

        Args:
            number: its place among the studies of the suite.
            workspace: of the study.
            stored: the tasks whose results the store has.
        """
        self.number, self.workspace = number, workspace
        self._stored = stored
        self._seconds = {stage.name: stage.seconds for stage in workspace.compiled.plan.stages}
        self.jobs = tuple(self._jobs())

    @property
    def folder(self) -> Path:
        """Of its workflow."""
        return self.workspace.folder

    @cached_property
    def needs_report(self) -> bool:
        """Whether the report is missing, or older than what it rests on."""
        page = self.folder / "report" / "index.html"
        if self.jobs or not page.is_file():
            return True
        done = (done_path(self.folder, s.name, shard.name) for s in self._stages for shard in s.shards)
        newest = max(map(_changed, (self.folder / "plan" / "report.json", *done)))
        return newest > _changed(page)

    @cached_property
    def stands_alone(self) -> bool:
        """Whether its jobs share no process with those of others: files of the user's lie beside them."""
        compiled = self.workspace.compiled
        return bool(compiled.operator_files) or any(own_data(compiled.scope))

    def resources(self, job: OwnJob) -> Resources:
        """What a job asks for."""
        expansions = self.workspace.compiled.expansions
        return most_of([expansions[piece.stage].stage.resources for piece in job.pieces])

    def fetches(self, job: OwnJob) -> bool:
        """Whether a job uses the network, as no other part of a process may then."""
        return any(self.workspace.compiled.expansions[p.stage].operator.network for p in job.pieces)

    def tasks(self, job: OwnJob) -> Iterator[str]:
        """The tasks of a job that the store lacks."""
        for piece in job.pieces:
            names = self.workspace.compiled.expansions[piece.stage].names(piece.cells)
            yield from (task for task in names if task not in self._stored)

    def reads(self, job: OwnJob) -> Iterator[str]:
        """The tasks that a job reads, some of them often."""
        for piece in job.pieces:
            of_cells = self.workspace.compiled.expansions[piece.stage].reads
            for flat in piece.cells:
                yield from of_cells[flat]

    def seconds(self, job: OwnJob, but_for: Set[str] = frozenset()) -> float:
        """Of work in a job, as far as is known, without tasks that others compute."""
        total = 0.0
        for piece in job.pieces:
            names = self.workspace.compiled.expansions[piece.stage].names(piece.cells)
            left = sum(task not in self._stored and task not in but_for for task in names)
            total += left * self._seconds[piece.stage]
        return total

    def part(self, job: OwnJob, tasks: Set[str]) -> OwnJob | None:
        """A job with these of its tasks alone; None where it has none of them."""
        pieces = []
        for piece in job.pieces:
            names = self.workspace.compiled.expansions[piece.stage].names(piece.cells)
            if cells := tuple([c for c, task in zip(piece.cells, names, strict=True) if task in tasks]):
                pieces.append(Piece(piece.stage, piece.shard, cells, len(cells) == len(piece.cells)))
        return OwnJob(job.rule, tuple(pieces)) if pieces else None

    def mark_ready(self) -> None:
        """Say of the jobs that are done what their own workflow says: others need not wait for them."""
        for stages in self.workspace.compiled.plan.jobs:
            for shards in zip(*(stage.shards for stage in stages), strict=True):
                ready = self.folder / "ready" / stages[0].name / shards[0].name
                parts = zip(stages, shards, strict=True)
                if not ready.exists() and all(self._is_done(s.name, shard.name) for s, shard in parts):
                    ready.parent.mkdir(parents=True, exist_ok=True)
                    ready.touch()

    def _is_done(self, stage: str, shard: str) -> bool:
        return done_path(self.folder, stage, shard).is_file()

    @property
    def _stages(self) -> tuple[PlannedStage, ...]:
        return self.workspace.compiled.plan.stages

    def _jobs(self) -> Iterator[OwnJob]:
        jobs: dict[tuple[str, str], list[tuple[PlannedStage, Shard]]] = {}
        home: dict[tuple[str, str], tuple[str, str]] = {}  # the job of every shard
        for stages in self.workspace.compiled.plan.jobs:
            for shards in zip(*(stage.shards for stage in stages), strict=True):
                name = (stages[0].name, shards[0].name)
                jobs[name] = list(zip(stages, shards, strict=True))
                home |= {(s.name, shard.name): name for s, shard in jobs[name]}
        needs = {
            name: {home[other] for _, shard in parts for other in shard.needs} - {name}
            for name, parts in jobs.items()
        }
        for name in TopologicalSorter(needs).static_order():
            if not all(self._is_done(s.name, shard.name) for s, shard in jobs[name]):
                pieces = tuple(Piece(s.name, shard.name, shard.cells) for s, shard in jobs[name])
                yield OwnJob(name[0], pieces)


def most_of(resources: Sequence[Resources]) -> Resources:
    """What a job of several parts asks for: the most of what bounds it, and else what the first asks for."""
    return replace(
        resources[0],
        mem_mb=max(one.mem_mb for one in resources),
        disk_mb=max(one.disk_mb for one in resources),
        runtime=max(one.runtime for one in resources),
        workers=max(one.workers for one in resources),
    )


def alike(one: Resources, other: Resources) -> bool:
    """Whether two jobs may run in one process: threads and GPUs are part of how results come about."""
    apart = (f.name for f in fields(Resources) if f.name not in {*NOT_OF_THE_JOB, "mem_mb"} - {"workers"})
    return all(getattr(one, name) == getattr(other, name) for name in apart)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return float("inf")
