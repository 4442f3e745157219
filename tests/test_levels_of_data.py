"""A study whose levels come from data: from its data to its reproduction, where there are no data."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

DATA = """\
heldout: 1
study: digits
stages:
  domains: {use: data/rotated-digits, angles: [0, 15, 30]}
"""
STUDY = """\
heldout: 1
study: angles
operators: [my_operators.py]
axes:
  angle: {levels_from: angles.csv, at_least: {rows: 100}}
  other: {levels_from: ../others.txt, first: 2}
stages:
  a: {use: my-operators/measured, item: "${angle.level}", factor: "${other}", weight: "${angle.rows / 100}"}
tables:
  all: {value: a.value, rows: angle, columns: other}
"""
OPERATORS = """\
from typing import Annotated

from heldout import Metrics, Table, operator


@operator(seconds=0.1)
def measured(*, item: int, factor: str, weight: float) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number, some times.

    Args:
        item: the number.
        factor: how many times, by its letters.
        weight: what it weighs.
    \"\"\"
    return Table.of({"value": weight * item * len(factor)})
"""


@pytest.mark.slow
def test_from_data_to_a_reproduction_without_them(heldout, tmp_path):
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "angles.yaml").write_text(STUDY)
    (folder / "my_operators.py").write_text(OPERATORS)
    (tmp_path / "digits.yaml").write_text(DATA)
    (tmp_path / "words.csv").write_text("word\none\nthree\none\nfour\n")
    spec, levels = "specs/angles.yaml", folder / "angles.csv"

    missing = heldout("check", spec)
    assert missing.code == 2 and missing.err.count("[missing-levels]") == 2
    early = heldout("levels", "digits.yaml", "domains", "-o", str(levels))
    assert early.code == 2 and "`domains` is not done" in early.err
    assert heldout("run", "digits.yaml", "--cores", "1").code == 0
    counted = heldout("levels", "digits.yaml", "domains", "-o", str(levels))
    assert counted.code == 0, counted.err
    assert "3 levels of 1,797 rows" in counted.err
    assert levels.read_text() == "level,rows\n0,599\n15,599\n30,599\n"
    wrong = heldout("levels", "digits.yaml", "domains", "--column", "where", "-o", str(levels))
    assert wrong.code == 2 and "no column 'where'; there are id, label, domain" in wrong.err
    assert heldout("levels", "words.csv", "--column", "word", "-o", "others.txt").code == 0
    assert (tmp_path / "others.txt").read_text() == "one\nthree\nfour\n"
    again = heldout("levels", "words.csv", "--column", "word", "-o", "others.txt")
    assert "3 levels of 4 rows, as they were" in again.err

    assert heldout("lock", spec).code == 0
    locked = json.loads((folder / "angles.lock.json").read_text())["scales"]["full"]["entries"]
    assert {name for name in locked if name.startswith("levels ")} == {
        "levels angles.csv",
        "levels ../others.txt",
    }
    ran = heldout("run", spec, "--cores", "1")
    assert ran.code == 0, ran.err
    why = heldout("why", spec, "a", "angle=15", "other=three")
    assert "a (angle 15, other three)" in why.out and "The store has it" in why.out
    assert heldout("archive", spec, "-o", "angles.zip").code == 0
    with zipfile.ZipFile("angles.zip") as archive:
        names = {name for name in archive.namelist() if name.startswith("spec/")}
        assert "levels of the study's axes" in archive.read("ARCHIVE.md").decode()
    assert names == {
        "spec/study/angles.yaml",
        "spec/study/angles.lock.json",
        "spec/study/angles.csv",
        "spec/study/my_operators.py",
        "spec/others.txt",
    }

    levels.write_text("level,rows\n0,599\n15,12\n30,599\n")
    refused = heldout("run", spec)
    assert refused.code == 2 and "--update 'levels angles.csv'" in refused.err
    for left in (folder, tmp_path / ".heldout", tmp_path / "results"):
        shutil.rmtree(left)
    for left in (tmp_path / "others.txt", tmp_path / "words.csv", tmp_path / "digits.yaml"):
        left.unlink()
    verified = heldout("verify", "angles.zip", "--trust-operators")
    assert verified.code == 0, verified.out + verified.err
    remade = heldout("reproduce", "angles.zip", "--trust-operators", "--containers", "none", "--yes")
    assert remade.code == 0, remade.out + remade.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["digits.yaml"], "is a spec, and no stage is named"),
        (["digits.yaml", "nothing"], "the study has no stage or task `nothing`"),
        (["words.csv"], "no column of words.csv is named"),
        ([".", "--column", "a"], "is a folder, which has no columns"),
        (["nowhere.parquet", "--column", "a"], "nowhere.parquet is not a file"),
        (["words.csv", "--column", "word", "-o", "a.json"], "no name for a file of levels"),
    ],
)
def test_what_has_no_levels_is_said(heldout, tmp_path: Path, words, message):
    (tmp_path / "digits.yaml").write_text(DATA)
    (tmp_path / "words.csv").write_text("word\none\n")
    answer = heldout("levels", *words)
    assert answer.code == 2 and message in answer.err
