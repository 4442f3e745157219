"""What is left of studies is packed so that each task has one job, and jobs wait only for earlier ones."""

from graphlib import TopologicalSorter

import pytest

from heldout.compiler.plan.packing import Target
from heldout.compiler.suite.pack import JointJob, pack_suite
from heldout.compiler.suite.reports import TOGETHER, report_jobs

SHORT, LONG = Target(job_seconds=0.6), Target(job_seconds=600.0)


def tasks(job: JointJob) -> list[str]:
    return [task for study, own in job.work for task in study.tasks(own)]


def owners(jobs: tuple[JointJob, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for job in jobs:
        for task in tasks(job):
            found.setdefault(task, []).append(job.name)
    return found


def test_a_short_study_with_files_of_its_own_is_one_job(folder):
    (job,) = pack_suite(folder.left({"one": range(4)}), LONG)
    assert len(tasks(job)) == 8
    assert (job.needs, job.common) == ((), False)


def test_what_several_studies_have_is_computed_before_and_once(folder):
    left = folder.left({"one": [1, 2, 3], "two": [2, 3, 4], "three": [3, 5]})
    jobs = pack_suite(left, LONG)
    common = [job for job in jobs if job.common]
    # 2 and 3 and what is twice them; of each the first study computes it.
    assert sorted(len(tasks(job)) for job in common) == [4]
    assert common[0].studies == (left[0],)
    assert [len(job.needs) for job in jobs if not job.common] == [1, 1, 1]
    for task, names in owners(jobs).items():
        first = next(job for job in jobs if job.name == names[0])
        others = [job for job in jobs if job.name in names[1:]]
        assert first.common or not others, task
        assert all(first.name in job.needs for job in others), "they find it in the store"


def test_what_is_common_is_needed_in_the_order_of_the_studies(folder):
    # 1 belongs to the first study, 2 to the second; the third has both.
    left = folder.left({"one": [1, 9], "two": [2, 8], "three": [1, 2]})
    jobs = pack_suite(left, SHORT)
    order = list(TopologicalSorter({job.name: job.needs for job in jobs}).static_order())
    assert sorted(order) == [job.name for job in jobs], "no job waits for itself"
    position = {job.name: number for number, job in enumerate(jobs)}
    assert all(position[need] < position[job.name] for job in jobs for need in job.needs)


def test_a_long_study_keeps_its_own_jobs(folder):
    left = folder.left({"one": range(40), "two": range(50, 53)})
    jobs = pack_suite(left, Target(job_seconds=2.0))
    of_the_first = [job for job in jobs if job.studies == (left[0],)]
    assert [job.work for job in of_the_first] == [((left[0], own),) for own in left[0].jobs]
    assert len([job for job in jobs if job.studies == (left[1],)]) == 1


def test_reports_wait_for_the_jobs_of_their_study(folder):
    left = folder.left({"one": [1, 2], "two": [2, 4]})
    jobs = pack_suite(left, LONG)
    reports = report_jobs(left, jobs)
    assert [report.studies for report in reports] == [(left[0],), (left[1],)], "they have kinds of their own"
    for report in reports:
        assert report.needs == tuple(job.name for job in jobs if report.studies[0] in job.studies)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Studies of operators that are shipped, which may share a process."""
    from heldout.compiler.run.workspace import Workspace
    from heldout.compiler.suite.left import StudyLeft

    monkeypatch.chdir(tmp_path)
    text = "heldout: 1\nstudy: s{0}\naxes: {{modulus: [{1}, {2}, {3}]}}\nstages:\n"
    text += '  a: {{use: data/modular-arithmetic, modulus: "${{modulus}}"}}\n'
    left = []
    for number in range(20):
        path = tmp_path / f"s{number}.yaml"
        path.write_text(text.format(number, *range(5 + 3 * number, 8 + 3 * number)))
        left.append(StudyLeft(number, Workspace.open(path), set()))
    return left


def test_short_studies_share_processes(shipped):
    seconds = sum(study.seconds(job) for study in shipped for job in study.jobs)
    jobs = pack_suite(shipped, Target(job_seconds=seconds / 3))
    # A quarter of all work is a job: few cores then all have some.
    assert len(jobs) == 4
    assert sorted(study.number for job in jobs for study in job.studies) == list(range(20))
    assert {len(job.studies) for job in jobs} == {5}
    reports = report_jobs(shipped, jobs)
    assert [len(report.studies) for report in reports] == [5, 5, 5, 5]
    assert len(report_jobs(shipped, [])) == -(-20 // TOGETHER)
