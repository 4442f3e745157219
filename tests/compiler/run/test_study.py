"""A study is run from Python: what came out is a value, and how it goes is told to an observer."""

from pathlib import Path

import pytest

from heldout.compiler.profiles import load_profile
from heldout.compiler.refusal import Missing, Refusal
from heldout.compiler.run import study as module
from heldout.compiler.run.exclusive import Busy, holding
from heldout.compiler.run.observer import Observer
from heldout.compiler.run.study import Request, run_study
from heldout.compiler.run.workspace import Workspace

pytestmark = pytest.mark.slow

OPERATORS = '''\
from pathlib import Path
from typing import Annotated

from heldout.runtime.artifacts import Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.1)
def number(*, item: int) -> Annotated[Table, Metrics("value")]:
    """A number.

    Args:
        item: the number; 2 fails until a file is there.
    """
    if item == 2 and not (Path(__file__).parents[4] / "fixed").exists():
        raise ValueError("two is unlucky")
    return Table.of({"value": item})
'''
STUDY = """\
heldout: 1
study: items
operators: [my_operators.py]
axes: {item: {count: 4}}
stages:
  a: {use: my-operators/number, item: "${item}"}
claims:
  large:
    says: The numbers are large.
    threshold: {metric: a.value, above: -1, pair: [item], alpha: 0.5}
"""


class Heard(Observer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.progress: list[tuple[int, int, bool]] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def progressed(self, progress) -> None:
        self.progress.append((progress.ended, progress.tasks, progress.running))


@pytest.fixture
def items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("my_operators.py").write_text(OPERATORS)
    Path("items.yaml").write_text(STUDY)
    return Path("items.yaml")


def test_a_run_its_outcome_and_a_second_attempt(items, capfd):
    heard = Heard()
    first = run_study(Workspace.open(items), Request(cores=1), heard)
    assert (first.study, first.scale, first.computed, first.reused) == ("items", None, 3, 0)
    assert [(task["coordinates"], task["message"]) for task in first.failed] == [
        ({"item": 2}, "two is unlucky")
    ]
    assert not first.complete and first.page == Path("results/items/full/report/index.html")
    assert heard.progress[0] == (0, 4, True) and heard.progress[-1] == (4, 4, False)
    assert [running for _, _, running in heard.progress].count(False) == 1

    Path("fixed").touch()
    second = run_study(Workspace.open(items), Request(cores=1, retry=True))
    assert (second.computed, second.reused, second.failed) == (1, 3, ())
    assert second.complete
    assert [(one["id"], one["verdict"]) for one in second.verdicts] == [("large", "supported")]
    assert capfd.readouterr() == ("", ""), "who runs it decides what is said"


def test_only_one_runs_a_study(items):
    workspace = Workspace.open(items)
    with holding(workspace.folder), pytest.raises(Busy):
        run_study(workspace)
    assert not (workspace.folder / "Snakefile").exists()


def test_without_the_runtime_it_says_what_to_install(items, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Missing) as refused:
        run_study(Workspace.open(items))
    assert "pip install 'heldout[runtime]'" in refused.value.hint
    assert "--containers" in refused.value.hint


def test_pods_are_containers_already(items):
    request = Request(profile=load_profile("kubernetes"), containers="docker")
    with pytest.raises(Refusal, match="are containers already"):
        run_study(Workspace.open(items), request)


def test_notes_of_the_launch_and_of_the_profile_are_passed_on(items, monkeypatch):
    monkeypatch.setattr(module, "show_what_would_run", lambda folder, how: 0)
    heard = Heard()
    request = Request(profile=load_profile("slurm"), containers="none", cores=2)
    assert module.show_study(Workspace.open(items), request, heard) == 0
    assert any(note.startswith("--cores is for jobs of this machine") for note in heard.notes)


def test_jobs_are_as_long_as_the_profile_wants_them():
    profile = load_profile("local")
    assert Request(profile=profile).target == module.Target(profile.job_seconds, profile.max_jobs)
    assert Request().target is None
