"""Kinds of artifact of a user's own, one large and one small, from the check of a study to its archive.

They stand in the user's file of operators, and nothing else names them.
"""

import csv
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
KEPT = {"note": "Note", "table": "Table"}


def heldout(folder: Path, *arguments: str, expect: int = 0) -> str:
    """Run a command as a user would; what it wrote."""
    command = [BIN / "heldout", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == expect, f"{arguments}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the study has run."""
    folder = tmp_path_factory.mktemp("finished")
    for name in ("signals.py", "study.yaml"):
        shutil.copy(HERE / name, folder)
    heldout(folder, "check", "study.yaml")
    heldout(folder, "run", "study.yaml")
    return folder


@pytest.fixture(scope="module")
def archive(finished: Path) -> Path:
    heldout(finished, "archive", "study.yaml", "-o", "study.zip")
    return finished / "study.zip"


def test_what_was_gathered_is_in_the_report(finished: Path):
    with (finished / "results/own-kinds/full/report/results.csv").open() as file:
        values = {
            (row["stage"], row["frequency"], row["metric"]): row["value"] for row in csv.DictReader(file)
        }
    assert values["described", "", "signals"] == "3"
    # A sine over whole periods has the mean power 1/2.
    powers = [float(values["power", frequency, "power"]) for frequency in ("0.01", "0.02", "0.03")]
    assert powers == pytest.approx([0.5] * 3, abs=1e-3)
    # An operator of heldout's own chose one of them.
    assert float(values["chosen", "", "power"]) == max(powers)


def test_an_archive_leaves_out_what_its_class_calls_large(archive: Path):
    with zipfile.ZipFile(archive) as opened:
        assert "Signal" in json.loads(opened.read("archive.json"))["left_out"]
        records = [json.loads(opened.read(n)) for n in opened.namelist() if n.endswith("/manifest.json")]
        notes = [opened.read(n).decode() for n in opened.namelist() if n.endswith("/note.txt")]
        assert not any(name.endswith("signal.safetensors") for name in opened.namelist())
    assert len(records) == 9
    left_out = [record["left_out"]["outputs"] for record in records if "left_out" in record]
    assert sorted(map(str, left_out)) == sorted(map(str, [{"signal": "Signal"}] * 3 + [{"best": "Signal"}]))
    assert [record["outputs"] for record in records].count(KEPT) == 5
    assert "3 signals of power 0.50" in notes


def test_an_archive_holds_before_whoever_checks_it(archive: Path):
    findings = json.loads(heldout(archive.parent, "verify", "study.zip", "--json", "--trust-operators"))
    states = {finding["state"] for finding in findings["findings"]}
    assert "differs" not in states and "holds" in states


def test_before_a_run_small_results_are_read_and_of_large_ones_the_sizes(finished: Path, tmp_path: Path):
    folder = tmp_path / "damaged"
    shutil.copytree(finished, folder)
    signal = next(folder.glob(".heldout/store/objects/*/*/signal/signal.safetensors"))
    content = signal.read_bytes()
    signal.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert json.loads(heldout(folder, "run", "study.yaml", "--json"))["computed"] == 0
    for tar in folder.glob(".heldout/store/packs/*.tar"):
        tar.write_bytes(tar.read_bytes().replace(b"signals of power", b"signals of pOwer"))
    assert json.loads(heldout(folder, "run", "study.yaml", "--json"))["computed"] > 0


def test_what_no_study_needs_any_more_goes(finished: Path, tmp_path: Path):
    folder = tmp_path / "changed"
    shutil.copytree(finished, folder)
    assert json.loads(heldout(folder, "gc", "study.yaml", "--json"))["unneeded"] == []
    spec = folder / "study.yaml"
    spec.write_text(spec.read_text().replace("0.03", "0.04"))
    unneeded = json.loads(heldout(folder, "gc", "study.yaml", "--delete", "--json"))["unneeded"]
    # The third signal, its power, what gathers all three, the best of them, and the power of that.
    counts = {row["operator"]: row["tasks"] for row in unneeded}
    assert counts == {"signals/record": 1, "signals/describe": 3, "select/best": 1}
    assert len(list(folder.glob(".heldout/store/objects/*/*"))) == 2
