"""Fusing: consecutive stages of the same tasks run in one job, which starts Python once for all.

A stage joins the job of a stage that it reads when every one of its tasks reads tasks of one shard of
that job. Its shards are then cut along those, with the same names.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.owners import Owners

START_SECONDS = 2.0  # what a process costs before its first task: about what fusing saves a job
LONGER = 1.25  # by how much what joins may stretch a job beyond its aim

# What a job may have more of than one of its stages asks for, or what is no matter of the job.
NOT_OF_THE_JOB = frozenset({"seconds", "runtime", "disk_mb", "stack", "workers", "micro_batch", "sharded"})


@dataclass
class Job:
    """The stages that run together, one shard of each in every job.

    Attributes:
        stages: in the order in which they run; jobs are called by the first.
        longest: seconds of work in the longest job, by the first stage alone, and by all.
    """

    stages: list[str]
    alone: float
    longest: float
    traits: tuple[object, ...] | None
    seconds: dict[str, float]  # of each shard


class Fusing:
    """The jobs of a plan in the making: stages are added in an order in which they can be computed."""

    def __init__(self, reads: Mapping[str, set[str]], job_seconds: float) -> None:
        """Begin.

        Args:
            reads: the stages that each stage reads tasks of.
            job_seconds: of work that one job should hold.
        """
        self._reads = reads
        self._job_seconds = job_seconds
        self._jobs: dict[str, Job] = {}
        self._job_of: dict[str, str] = {}  # the first stage of the job of each stage

    def lead(self, stage: str) -> str:
        """The first stage of a stage's job."""
        return self._job_of[stage]

    def begin(self, expansion: StageExpansion, seconds: Mapping[str, float]) -> None:
        """A stage runs in jobs of its own.

        Args:
            expansion: of the stage.
            seconds: of work in each of its shards.
        """
        name, longest = expansion.stage.name, max(seconds.values(), default=0.0)
        self._jobs[name] = Job([name], longest, longest, _traits(expansion), dict(seconds))
        self._job_of[name] = name

    def join(
        self,
        expansion: StageExpansion,
        cells: Sequence[int],
        seconds: float,
        own: int,
        owners: Owners,
    ) -> dict[str, Sequence[int]] | None:
        """Let a stage join a job, where one suits.

        Args:
            expansion: of the stage.
            cells: one of each of its tasks.
            seconds: of one task.
            own: tasks that a job of the stage alone would hold.
            owners: of every task that it reads.

        Returns:
            its cells by the shard that they join, or None: it runs in jobs of its own.
        """
        name = expansion.stage.name
        reads = self._reads[name]
        traits = _traits(expansion)
        if traits is None or expansion.along or name in reads or not cells:
            return None
        candidates = {self._job_of[stage]: None for stage in reads}
        for lead in reversed([lead for lead in self._jobs if lead in candidates]):
            job = self._jobs[lead]
            if job.traits != traits or not self._may_wait(name, lead):
                continue
            shards = _along_shards(expansion, cells, job, owners)
            if shards is None or not self._holds(name, job, shards, seconds, own):
                continue
            for shard, part in shards.items():
                job.seconds[shard] += len(part) * seconds
            job.stages.append(name)
            job.longest = max(job.seconds.values())
            self._job_of[name] = lead
            return shards
        return None

    def _may_wait(self, name: str, lead: str) -> bool:
        """Whether the job may wait for all else that a stage reads: never for itself, nor for long."""
        job = self._jobs[lead]
        before = self._ancestors(job.stages)
        wanted = {self._job_of[stage] for stage in self._reads[name]} - {lead}
        more = (wanted | self._ancestors(s for w in wanted for s in self._jobs[w].stages)) - before
        if lead in more:
            return False
        if sum(self._jobs[other].longest for other in more) <= START_SECONDS:
            return True
        return job.longest <= START_SECONDS and not self._others_read(job, name)

    def _others_read(self, job: Job, name: str) -> bool:
        """Whether stages read a job that are not in it, but for one that may join it."""
        members = set(job.stages)
        others = self._reads.keys() - members - {name}
        return any(not members.isdisjoint(self._reads[stage]) for stage in others)

    def _ancestors(self, stages: Iterable[str]) -> set[str]:
        """The jobs, by their first stages, that these stages wait for."""
        found: set[str] = set()
        open_ = list(stages)
        own = {self._job_of[stage] for stage in open_}
        while open_:
            for read in self._reads[open_.pop()]:
                lead = self._job_of.get(read)
                if lead is not None and lead not in found and lead not in own:
                    found.add(lead)
                    open_ += self._jobs[lead].stages
        return found

    def _holds(
        self, name: str, job: Job, shards: Mapping[str, Sequence[int]], seconds: float, own: int
    ) -> bool:
        """Whether jobs stay about as long as they should be, and the stage in about as many.

        What others wait for may take little longer, too.
        """
        most = max(map(len, shards.values()))
        if most * seconds > START_SECONDS:
            if most > LONGER * own:
                return False
            if most * seconds > (LONGER - 1) * job.longest and self._others_read(job, name):
                return False
        longest = max(job.seconds[shard] + len(part) * seconds for shard, part in shards.items())
        return longest <= LONGER * max(self._job_seconds, job.alone)


def _traits(expansion: StageExpansion) -> tuple[object, ...] | None:
    """What stages of one job have in common; None for a stage that shares no job."""
    if expansion.operator.network:
        return None
    resources = expansion.stage.resources
    return tuple(getattr(resources, f.name) for f in fields(resources) if f.name not in NOT_OF_THE_JOB)


def _along_shards(
    expansion: StageExpansion, cells: Sequence[int], job: Job, owners: Owners
) -> dict[str, Sequence[int]] | None:
    """The cells by the shard of a job that each of them reads; None where one reads several or none.

    The only job there is takes all.
    """
    if len(job.seconds) == 1:
        return dict.fromkeys(job.seconds, cells)
    shards = {shard: array("i") for shard in job.seconds}
    found = owners.shards(expansion.reads_of(cells), frozenset(job.stages))
    for cell, shard in zip(cells, found, strict=True):
        if shard is None:
            return None
        shards[shard].append(cell)
    return dict(shards) if all(shards.values()) else None
