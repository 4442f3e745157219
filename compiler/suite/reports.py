"""The reports of a suite: which are to be written, and which of them by one process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from heldout.compiler.suite.left import StudyLeft
from heldout.compiler.suite.pack import JointJob

TOGETHER = 8  # reports that one process writes, so that a few cores all have work


@dataclass(frozen=True)
class ReportJob:
    """Reports that one process writes.

    Attributes:
        name: its number.
        studies: of the reports.
        needs: the names of joint jobs whose results they rest on.
    """

    name: str
    studies: tuple[StudyLeft, ...]
    needs: tuple[str, ...]


def report_jobs(studies: Sequence[StudyLeft], jobs: Sequence[JointJob]) -> tuple[ReportJob, ...]:
    """The reports that are missing or older than their results, by what they wait for.

    Those of a study with operators of its own are written alone, since its kinds of claims may have the
    names of another's.
    """
    waits: dict[int, set[str]] = {study.number: set() for study in studies}
    for job in jobs:
        for study in job.studies:
            waits[study.number].add(job.name)
    groups: dict[tuple[int, tuple[str, ...]], list[StudyLeft]] = {}
    for study in studies:
        if study.needs_report:
            alone = study.number if study.stands_alone else -1
            groups.setdefault((alone, tuple(sorted(waits[study.number]))), []).append(study)
    parts = [(part, needs) for (_, needs), group in groups.items() for part in _parts(group)]
    return tuple(ReportJob(f"{number:04d}", part, needs) for number, (part, needs) in enumerate(parts))


def _parts(group: Sequence[StudyLeft]) -> Iterator[tuple[StudyLeft, ...]]:
    for start in range(0, len(group), TOGETHER):
        yield tuple(group[start : start + TOGETHER])
