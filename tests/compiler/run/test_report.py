import pytest

from heldout.compiler.images import Pins
from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.run import report as module
from heldout.compiler.run.exclusive import holding
from heldout.compiler.run.report import write_report
from heldout.compiler.run.workspace import Workspace


@pytest.fixture
def asked(monkeypatch):
    """What the runtime is asked for; it writes a page."""
    asked = []

    def call(*arguments):
        asked.append(list(map(str, arguments)))
        page = arguments[arguments.index("--out") + 1]
        page.mkdir(parents=True, exist_ok=True)
        (page / "index.html").write_text("")
        return 0

    monkeypatch.setattr(module, "call_runtime", call)
    return asked


def test_the_runtime_is_asked_for_a_page(spec, asked):
    workspace = Workspace.open(spec)
    assert write_report(workspace, Pins(), still=True) == workspace.folder / "report" / "index.html"
    (words,) = asked
    assert words[:3] == ["report", "--plan", "results/small/full/plan/report.json"]
    assert words[-1] == "--still"


def test_while_a_run_is_under_way_its_plan_is_reported(spec, asked):
    workspace = Workspace.open(spec)
    with holding(workspace.folder):
        with pytest.raises(Refusal, match="is beginning"):
            write_report(workspace, Pins())
        (workspace.folder / "plan").mkdir()
        (workspace.folder / "plan" / "report.json").write_text("{}")
        write_report(workspace, Pins())
    assert len(asked) == 1


def test_a_report_that_is_not_written_has_failed(spec, monkeypatch):
    monkeypatch.setattr(module, "call_runtime", lambda *_: 1)
    with pytest.raises(Failed, match="the report could not be written"):
        write_report(Workspace.open(spec), Pins())
