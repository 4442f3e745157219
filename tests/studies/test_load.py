"""A study is found by its folder, its spec or its archive."""

import shutil
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest

import heldout

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("study")
def test_by_spec(written: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(written)
    for variable in ("HELDOUT_RESULTS", "HELDOUT_STORE"):
        monkeypatch.delenv(variable, raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        study = heldout.load("little.yaml")
    assert study.folder == Path("results/little/full")
    assert isinstance(study.artifact("domains"), heldout.Dataset)
    with pytest.raises(heldout.Mistakes, match=r"error\[unknown-scale\]"):
        heldout.load("little.yaml", "smoke")
    with pytest.raises(heldout.NoResult, match="elsewhere/little/full"):
        heldout.load("little.yaml", results="elsewhere")


@pytest.mark.usefixtures("study")
def test_a_spec_that_has_changed_since(written: Path, tmp_path: Path):
    spec = tmp_path / "little.yaml"
    spec.write_text((written / "little.yaml").read_text() + "notes: another\n")
    with pytest.warns(UserWarning, match=r"little.yaml has changed since .*full was written"):
        heldout.load(spec, results=written / "results")


@pytest.mark.usefixtures("study")
def test_by_the_study_and_its_scale(written: Path):
    folder = written / "results" / "little"
    assert heldout.load(folder, "full").folder == folder / "full"
    with pytest.raises(heldout.NoResult, match="is no folder of a study's results: it has full"):
        heldout.load(folder)


@pytest.mark.usefixtures("study")
def test_a_folder_that_moved_names_its_store(written: Path, tmp_path: Path):
    shutil.copytree(written / "results", tmp_path / "moved")
    moved = heldout.load(tmp_path / "moved/little/full", store=written / ".heldout/store")
    assert isinstance(moved.artifact("domains"), heldout.Dataset)


def test_an_archive_that_was_unpacked(written: Path, study: heldout.Study, tmp_path: Path):
    command = [
        Path(sys.executable).parent / "heldout",
        "archive",
        "little.yaml",
        "-o",
        tmp_path / "little.zip",
    ]
    subprocess.run(command, cwd=written, check=True, capture_output=True)
    with zipfile.ZipFile(tmp_path / "little.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    archived = heldout.load(tmp_path / "unpacked")
    assert archived.results.to_arrow().equals(study.results.to_arrow())
    assert archived.verdicts["deeper"].finding == study.verdicts["deeper"].finding
    at = {"network": "mlp", "held_out": 30, "seed": 0}
    assert archived.predictions("score", **at).equals(study.predictions("score", **at))
    with pytest.raises(
        heldout.NoResult, match=r"stage 'model' at .* has no model here: it was left out of the archive"
    ):
        archived.model("model", **at)


def test_what_is_no_study(tmp_path: Path):
    (tmp_path / "spec.yaml").write_text("[1, 2]\n")
    with pytest.raises(heldout.Mistakes, match="a study is a mapping"):
        heldout.load(tmp_path / "spec.yaml")
    with pytest.raises(heldout.NoResult, match="is no folder of a study's results; `heldout run` writes one"):
        heldout.load(tmp_path / "nowhere")
