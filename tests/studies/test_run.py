"""A run gives the study that `load` gives."""

from pathlib import Path

import pytest

import heldout
from heldout.compiler.run.events import Progress, StageProgress
from heldout.studies.run import Lines

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("study")
def test_a_run_tells_how_it_goes(watched):
    assert watched.ended[-1] == 17 and watched.ended == sorted(watched.ended)
    computed, failed = watched.notes
    assert computed == "15 tasks computed, 0 there already"
    assert failed == "2 tasks failed: the study's `failures` say why"


def test_it_gives_what_load_gives(study: heldout.Study, written: Path):
    assert heldout.load(written / "results/little/full", store=study.store) == study


def test_failures(study: heldout.Study):
    assert [(f.stage, f.coordinates["network"], f.error) for f in study.failures] == [
        ("weights", "mlp", "ValueError"),
        ("weights", "mlp", "ValueError"),
    ]
    assert study.failures[0].message == "1482 numbers are more than 700"


def test_it_refuses_before_anything_runs(written: Path, tmp_path: Path):
    places = {"results": tmp_path / "results", "store": tmp_path / "store"}
    with pytest.raises(heldout.Mistakes, match=r"error\[unknown-scale\]"):
        heldout.run(written / "little.yaml", "huge", **places)
    with pytest.raises(heldout.Refusal, match="there is no file"):
        heldout.run(tmp_path / "none.yaml", **places)
    with pytest.raises(heldout.Refusal, match="nowhere"):
        heldout.run(written / "little.yaml", profile="nowhere", **places)
    assert not any(tmp_path.iterdir())


def test_a_workflow_that_fails_says_why(written: Path, study: heldout.Study, tmp_path: Path):
    folder = tmp_path / "results/little/full"
    folder.mkdir(parents=True)
    (folder / "report").write_text("a file in the way of the report's folder")
    with pytest.raises(heldout.Failed) as error:
        heldout.run(written / "little.yaml", cores=1, results=tmp_path / "results", store=study.store)
    first, *_, last = str(error.value).splitlines()
    assert first == f"the workflow of little failed; the end of {folder / 'logs/snakemake.log'}:"
    assert "Not a directory: 'report'" in last


def test_lines_come_now_and_then(capsys: pytest.CaptureFixture[str]):
    def at(ended: int, running: bool = True) -> Progress:
        return Progress({"model": StageProgress(4, computed=ended, seconds=2.0 * ended)}, 2, running)

    lines = Lines(seconds=0)
    for progress in (at(1), at(1), at(2), at(4, running=False)):
        lines.progressed(progress)
    said = ["model: 1/4 tasks, 3 s left", "model: 2/4 tasks, 2 s left", "done: 4/4 tasks"]
    assert capsys.readouterr().out.splitlines() == said
    patient = Lines(seconds=60)
    patient.progressed(at(1))
    patient.note("there is no GPU")
    assert capsys.readouterr().out == "there is no GPU\n"
