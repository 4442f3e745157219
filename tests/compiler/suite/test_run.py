"""A suite runs: shared tasks once, each study to its own outcome, and one that fails alone."""

import json
from pathlib import Path

import pytest

from heldout.compiler.refusal import Refusal
from heldout.compiler.run.exclusive import Busy, holding
from heldout.compiler.run.observer import Observer
from heldout.compiler.run.study import Request, run_study
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.suite.open import open_suite
from heldout.compiler.suite.run import FOLDER, run_suite

pytestmark = pytest.mark.slow


class Heard(Observer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.progress: list[tuple[str, int, int]] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def progressed(self, progress) -> None:
        self.progress.append((progress.working_on, progress.ended, progress.tasks))


def test_shared_tasks_are_computed_once_and_nothing_the_second_time(folder):
    heard = Heard()
    opened = folder.open({"one": [1, 2, 3], "two": [2, 3, 4]})
    ended = run_suite(opened, Request(cores=2), heard)
    assert ended.complete
    assert sorted(folder.traces()) == sorted([f"{t}{n}" for n in (1, 2, 3, 4) for t in ("", "twice ")])
    first, second = ended.outcomes
    assert (first.study, second.study) == ("one", "two")
    assert (ended.common, first.computed + second.computed) == (4, 4), (
        "what is common was computed before both"
    )
    assert first.reused + second.reused == 8
    for outcome in ended.outcomes:
        assert [verdict["verdict"] for verdict in outcome.verdicts] == ["supported"]
        assert outcome.page is not None and outcome.page.is_file()
    assert heard.progress[-1] == ("2 of 2 studies", 12, 12)

    again = run_suite(folder.open({"one": [1, 2, 3], "two": [2, 3, 4]}), Request(cores=2))
    assert again.complete
    assert [(one.computed, one.reused) for one in again.outcomes] == [(0, 6), (0, 6)]
    assert not (Path("results") / FOLDER / "logs").exists(), "Snakemake has nothing to do"
    alone = run_study(Workspace.open(Path("one.yaml")), Request(cores=1))
    assert (alone.complete, alone.computed) == (True, 0)
    log = (alone.folder / "logs" / "snakemake.log").read_text()
    assert "Nothing to be done" in log, "its own workflow sees that its jobs have run"


def test_a_study_more_computes_what_is_new(folder):
    run_suite(folder.open({"one": [1, 2]}), Request(cores=1))
    before = folder.traces()
    ended = run_suite(folder.open({"one": [1, 2], "two": [2, 3]}), Request(cores=1))
    assert folder.traces()[len(before) :] == ["3", "twice 3"]
    assert [(one.computed, one.reused) for one in ended.outcomes] == [(0, 4), (2, 2)]


def test_a_process_that_ends_takes_its_own_study_down_and_no_other(folder):
    heard = Heard()
    ended = run_suite(folder.open({"one": [1, 13], "two": [2], "three": [1, 4]}), Request(cores=1), heard)
    one, two, three = ended.outcomes
    assert (one.code != 0, two.complete, three.complete) == (True, True, True)
    assert "one did not end well with the others, and runs by itself" in heard.notes
    assert folder.traces().count("13") == 2, "with the others, and by itself"
    Path("fixed").touch()
    again = run_suite(folder.open({"one": [1, 13], "two": [2], "three": [1, 4]}), Request(cores=1))
    assert again.complete
    assert [outcome.computed for outcome in again.outcomes] == [2, 0, 0]


def test_a_task_that_fails_is_of_its_study(folder):
    ended = run_suite(folder.open({"one": [1, 12], "two": [2, 3]}), Request(cores=1))
    one, two = ended.outcomes
    assert not ended.complete and two.complete
    assert (one.code, [task["message"] for task in one.failed], one.blocked) == (0, ["twelve is unlucky"], 1)
    Path("fixed").touch()
    again = run_suite(folder.open({"one": [1, 12], "two": [2, 3]}), Request(cores=1, retry=True))
    assert again.complete
    assert [outcome.computed for outcome in again.outcomes] == [2, 0]


def test_a_task_that_fails_and_is_common_fails_in_both(folder):
    ended = run_suite(folder.open({"one": [1, 12], "two": [12, 3]}), Request(cores=1))
    assert [(len(one.failed), one.blocked) for one in ended.outcomes] == [(1, 1), (1, 1)]
    assert all(one.code == 0 for one in ended.outcomes)


def test_studies_that_cannot_run_leave_the_others_alone(folder):
    specs = folder.write({"one": [1], "two": [2], "three": [3]})
    twin = Path("twin.yaml")
    twin.write_text(specs[0].read_text())
    wrong = Path("wrong.yaml")
    wrong.write_text(specs[0].read_text().replace("study: one", "study: wrong").replace("${item}", "${itme}"))
    held = Workspace.open(Path("three.yaml")).folder
    with holding(held):
        ended = run_suite(open_suite([*specs, twin, wrong]), Request(cores=1))
    assert [one.study for one in ended.outcomes if one.complete] == ["one", "two"]
    assert {path.name for path in ended.refused} == {"three.yaml", "twin.yaml", "wrong.yaml"}
    assert isinstance(ended.refused[Path("three.yaml")], Busy)
    assert "both called one" in str(ended.refused[twin])
    assert not ended.complete


def test_only_one_suite_runs_in_a_folder(folder):
    opened = folder.open({"one": [1], "two": [2]})
    with holding(Path("results") / FOLDER), pytest.raises(Refusal, match="under way"):
        run_suite(opened)
    assert not Path("results/one/full/Snakefile").exists()


SHIPPED = """\
heldout: 1
study: {name}
axes:
  held_out: [0, 30]
  method: [erm, {other}]
stages:
  domains: {{use: data/rotated-digits, angles: [0, 30]}}
  split: {{use: data/leave-one-domain-out, data: "${{domains}}", domain: "${{held_out}}", seed: 0}}
  model: {{use: train/classifier, data: "${{split.train}}", objective: "${{method}}", steps: 5, seed: 0}}
  score: {{use: evaluate/classification, model: "${{model}}", data: "${{split.test}}"}}
claims:
  helps:
    says: It is the better.
    compare: {{metric: score.accuracy, axis: method, greater: {other}, less: erm, pair: [held_out],
              alpha: 0.5}}
"""


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Two studies of shipped operators that share data, splits and half of their models."""
    monkeypatch.chdir(tmp_path)
    specs = [Path("first.yaml"), Path("second.yaml")]
    for spec, other in zip(specs, ("coral", "vrex"), strict=True):
        spec.write_text(SHIPPED.format(name=spec.stem, other=other))
    return specs


def test_together_the_tables_have_the_bytes_that_they_have_alone(shipped, tmp_path):
    ended = run_suite(open_suite(shipped), Request(cores=2))
    assert ended.complete
    # 1 data set, 2 splits, 4 models and the scores of 2; then 2 models of another method, in one process.
    # So few steps give all methods the same models, so that their scores are computed once.
    assert [one.computed for one in ended.outcomes] == [9, 2]
    jobs = json.loads((Path("results") / FOLDER / "jobs.json").read_text())
    assert [len(jobs[kind]) for kind in ("jobs", "reports")] == [1, 1]
    for spec in shipped:
        alone = run_study(
            Workspace.open(spec, None, tmp_path / "alone", tmp_path / "alone" / spec.stem),
            Request(cores=1),
        )
        together = Path("results") / spec.stem / "full" / "report"
        for name in ("results.csv", "verdicts.json"):
            assert (together / name).read_bytes() == (alone.folder / "report" / name).read_bytes(), name
