"""A user's own data from the spec's folder to the job, and moved between two runs."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow

HELDOUT = Path(sys.executable).parent / "heldout"
SPEC = """heldout: 1
study: own
stages:
  patients: {{use: data/import-table, path: {path}, sha256: {sha256}, features: [age], label: sick}}
  split: {{use: data/random-split, data: "${{patients}}"}}
  model: {{use: train/classifier, data: "${{split.train}}", network: linear, steps: 2}}
  score: {{use: evaluate/classification, model: "${{model}}", data: "${{split.test}}"}}
"""


def heldout(folder, *words):
    return subprocess.run([HELDOUT, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def study(tmp_path):
    """`work/study/spec.yaml` and its table beside it, in `data/`."""
    folder = tmp_path / "work" / "study"
    (folder / "data").mkdir(parents=True)
    table = folder / "data" / "patients.parquet"
    pq.write_table(pa.table({"age": [float(n) for n in range(20)], "sick": [0, 1] * 10}), table)
    sha256 = hashlib.sha256(table.read_bytes()).hexdigest()
    (folder / "spec.yaml").write_text(SPEC.format(path="data/patients.parquet", sha256=sha256))
    return folder


def test_data_are_found_from_the_specs_folder_and_may_move(study):
    work = study.parent
    assert "fine" in heldout(work, "check", "study/spec.yaml").stderr
    ran = heldout(work, "run", "study/spec.yaml", "--cores", "1")
    assert ran.returncode == 0, ran.stderr + ran.stdout
    assert json.loads((work / "results/own/full/data.json").read_text()) == {
        hashlib.sha256((study / "data/patients.parquet").read_bytes()).hexdigest():
        "../../../study/data/patients.parquet"
    }  # fmt: skip
    for path in (work / "results/own/full/plan").rglob("*.json"):
        if path.name != "report.json":  # which quotes the spec
            assert "patients.parquet" not in path.read_text(), path
    (study / "data").rename(work / "moved")
    spec = (study / "spec.yaml").read_text().replace("data/patients", "../moved/patients")
    (study / "spec.yaml").write_text(spec)
    planned = heldout(work, "why", "study/spec.yaml", "patients")
    assert "reuse" in planned.stdout + planned.stderr
    again = heldout(work, "run", "study/spec.yaml", "--cores", "1")
    assert again.returncode == 0, again.stderr


def test_check_finds_what_is_missing_and_what_is_another(study):
    spec = study / "spec.yaml"
    right = spec.read_text()
    table = study / "data" / "patients.parquet"
    spec.write_text(right.replace("data/patients", "date/patients"))
    found = heldout(study, "check", "spec.yaml")
    assert found.returncode == 2
    assert "error[missing-file]: there is no file or folder date/patients.parquet" in found.stderr
    assert "paths are taken from the folder of the spec" in found.stderr
    spec.write_text(right)
    table.write_bytes(table.read_bytes() + b"\0")
    found = heldout(study, "check", "spec.yaml")
    assert found.returncode == 2
    assert "error[wrong-value]: the content of data/patients.parquet has another checksum" in found.stderr
    assert f"write `sha256: {hashlib.sha256(table.read_bytes()).hexdigest()}`" in found.stderr


def test_an_archive_is_reproduced_where_the_data_lie_elsewhere(study, tmp_path):
    work, there = study.parent, tmp_path / "there"
    there.mkdir()
    assert heldout(work, "run", "study/spec.yaml", "--cores", "1").returncode == 0
    assert heldout(work, "archive", "study/spec.yaml", "-o", there / "own.zip").returncode == 0
    with zipfile.ZipFile(there / "own.zip") as archive:
        for name in archive.namelist():
            assert str(tmp_path).encode() not in archive.read(name), name
    (study / "data" / "patients.parquet").rename(there / "moved.parquet")
    (there / "other.parquet").write_bytes((there / "moved.parquet").read_bytes() + b"\0")
    for words, said in (
        ((), "--data patients=PATH says where they are here"),
        (("--data", "patients=other.parquet"), "other.parquet has the checksum"),
        (("--data", "score=moved.parquet"), "no stage score that reads data"),
        (("--data", "moved.parquet"), "write --data STAGE=PATH"),
        (("--data", "patients=gone.parquet"), "there is no file and no folder gone.parquet"),
    ):
        refused = heldout(there, "reproduce", "own.zip", "--keep", "refused", *words)
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
        assert not (there / "refused").exists()
    again = heldout(there, "reproduce", "own.zip", "--cores", "1", "--data", "patients=moved.parquet")
    assert again.returncode == 0, again.stderr


def test_an_author_is_told_of_a_path_that_all_readers_would_see(study):
    spec = study / "spec.yaml"
    spec.write_text(spec.read_text().replace("data/patients", f"{study}/data/patients"))
    said = heldout(study, "archive", "spec.yaml").stderr
    assert f"every reader of the spec sees {study}/data/patients.parquet" in said
