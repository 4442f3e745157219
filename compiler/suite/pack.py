"""The joint jobs of a suite: what is left of its studies, packed so that few processes run it.

A study that is short runs in one process, and several short ones share one. A longer study keeps its own
jobs. Tasks that studies in different jobs have in common are computed before, in jobs of their own: whoever
has a task has all that it reads, so these need nothing of the others.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from heldout.compiler.plan.packing import SHORTEST, SPLIT, Target
from heldout.compiler.suite.left import OwnJob, StudyLeft, alike, most_of
from heldout.compiler.syntax.study import Resources

Work = tuple[StudyLeft, OwnJob]


@dataclass(frozen=True)
class JointJob:
    """What one process runs.

    Attributes:
        name: its number.
        work: jobs of studies, in their order.
        needs: the names of joint jobs whose tasks it reads.
        common: whether its tasks are parts of those of several studies.
    """

    name: str
    work: tuple[Work, ...]
    needs: tuple[str, ...]
    common: bool = False

    @property
    def resources(self) -> Resources:
        return most_of([study.resources(job) for study, job in self.work])

    @property
    def fetches(self) -> bool:
        return any(study.fetches(job) for study, job in self.work)

    @property
    def studies(self) -> tuple[StudyLeft, ...]:
        """Those that it runs parts of."""
        return tuple({study.number: study for study, _ in self.work}.values())


@dataclass(frozen=True)
class Unit:
    """Jobs of one study that stay together.

    Attributes:
        seconds: of work.
        sociable: whether they may share a process with units like them.
    """

    work: tuple[Work, ...]
    seconds: float
    sociable: bool

    def suits(self, other: "Unit") -> bool:
        """Whether one process may run both."""
        (study, job), (others, its) = self.work[0], other.work[0]
        images = {one.workspace.compiled.study.image for one in (study, others)}
        return (
            self.sociable
            and other.sociable
            and len(images) == 1
            and alike(study.resources(job), others.resources(its))
        )


def pack_suite(studies: Sequence[StudyLeft], target: Target) -> tuple[JointJob, ...]:
    """Pack what is left of the studies into joint jobs.

    Args:
        studies: each with what is left of it.
        target: of jobs.

    Returns:
        the jobs, each after those that it needs.
    """
    several = _in_several(studies)
    total = sum(study.seconds(job, several) for study in studies for job in study.jobs)
    size = min(target.job_seconds, max(target.job_seconds * SHORTEST, total / SPLIT))
    units = [unit for study in studies for unit in _units(study, study.jobs, size, several)]
    bins = _by_length(units, size)
    apart = _apart(bins, several)
    common = _in_order(list(_common_units(studies, apart, size)), size)
    return tuple(_named(common, bins))


def _in_several(studies: Iterable[StudyLeft]) -> set[str]:
    """The tasks that several studies have."""
    counts: Counter[str] = Counter()
    for study in studies:
        counts.update({task for job in study.jobs for task in study.tasks(job)})
    return {task for task, count in counts.items() if count > 1}


def _units(study: StudyLeft, jobs: Sequence[OwnJob], size: float, but_for: set[str]) -> Iterator[Unit]:
    """A study as one unit where it is short and one process can run it, else its jobs one by one."""
    seconds = [study.seconds(job, but_for) for job in jobs]
    resources = [study.resources(job) for job in jobs]
    fetches = any(study.fetches(job) for job in jobs)
    whole = sum(seconds) <= size and not fetches and all(alike(resources[0], one) for one in resources)
    if jobs and whole:
        yield Unit(tuple((study, job) for job in jobs), sum(seconds), not study.stands_alone)
    elif jobs:
        for job, each in zip(jobs, seconds, strict=True):
            yield Unit(((study, job),), each, False)


def _common_units(studies: Sequence[StudyLeft], apart: set[str], size: float) -> Iterator[Unit]:
    """The parts of studies' jobs that hold tasks which others have too: of each task those of the first."""
    taken: set[str] = set()
    for study in studies:
        own = {task for job in study.jobs for task in study.tasks(job)} & apart - taken
        taken |= own
        parts = [part for job in study.jobs if (part := study.part(job, own)) is not None]
        yield from _units(study, parts, size, set())


def _apart(bins: Sequence[Sequence[Unit]], several: set[str]) -> set[str]:
    """The tasks that different jobs have."""
    first: dict[str, int] = {}
    found = set()
    for number, units in enumerate(bins):
        for task in (t for u in units for study, job in u.work for t in study.tasks(job) if t in several):
            if first.setdefault(task, number) != number:
                found.add(task)
    return found


def _by_length(units: Sequence[Unit], size: float) -> list[list[Unit]]:
    """Units in jobs of about this many seconds: the longest first, each to the shortest job that suits it."""
    bins = [[unit] for unit in units if not unit.sociable]
    kinds: list[list[Unit]] = []
    for unit in (unit for unit in units if unit.sociable):
        like = next((kind for kind in kinds if kind[0].suits(unit)), None)
        if like is None:
            kinds.append([unit])
        else:
            like.append(unit)
    for kind in kinds:
        count = max(1, min(len(kind), round(sum(unit.seconds for unit in kind) / size)))
        own: list[list[Unit]] = [[] for _ in range(count)]
        lengths = [0.0] * count
        for unit in sorted(kind, key=lambda unit: -unit.seconds):
            shortest = lengths.index(min(lengths))
            own[shortest].append(unit)
            lengths[shortest] += unit.seconds
        bins += [sorted(part, key=lambda unit: unit.work[0][0].number) for part in own if part]
    return bins


def _in_order(units: Sequence[Unit], size: float) -> list[list[Unit]]:
    """Units in jobs of about this many seconds, in the order of studies: later ones may read earlier ones."""
    bins: list[list[Unit]] = []
    length = 0.0
    for unit in units:
        if bins and length + unit.seconds <= size and bins[-1][0].suits(unit):
            bins[-1].append(unit)
            length += unit.seconds
        else:
            bins.append([unit])
            length = unit.seconds
    return bins


def _named(common: Sequence[Sequence[Unit]], bins: Sequence[Sequence[Unit]]) -> Iterator[JointJob]:
    """The jobs with their names, and what each needs."""
    owner: dict[str, str] = {}
    named = [
        (f"{number:04d}", tuple(itertools.chain.from_iterable(unit.work for unit in units)))
        for number, units in enumerate([*common, *bins])
    ]
    for name, work in named:
        for study, job in work:
            for task in study.tasks(job):
                owner.setdefault(task, name)
    for number, (name, work) in enumerate(named):
        wanted = itertools.chain.from_iterable((*study.reads(job), *study.tasks(job)) for study, job in work)
        needs = {owner[task] for task in wanted if task in owner} - {name}
        yield JointJob(name, work, tuple(sorted(needs)), number < len(common))
