"""What tasks cost, spec to report, archive and ledger: measured again, it is no difference."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

REPORT = "results/costs/full/report"
HELDOUT = Path(sys.executable).parent / "heldout"
OPERATORS = '''\
"""Something that takes its time."""

import time
from typing import Annotated

from heldout import Metrics, Table, operator


@operator(seconds=0.01)
def waited(*, seconds: float, seed: int) -> Annotated[Table, Metrics("accuracy")]:
    """A number, after a while.

    Args:
        seconds: that it takes.
        seed: of the run.
    """
    time.sleep(seconds)
    return Table.of({"accuracy": 0.5 + 0.01 * seed})
'''
SPEC = """\
heldout: 1
study: costs
operators: [my_operators.py]
axes:
  method: {quick: 0, slow: 0.2}
  seed: {count: 3}
stages:
  run: {use: my-operators/waited, seconds: "${method}", seed: "${seed}"}
  worth: {compute: "${run.accuracy / run.cost.seconds}"}
claims:
  slower:
    says: The slow method takes a tenth of a second more.
    compare: {metric: run.cost.seconds, axis: method, greater: slow, less: quick, margin: 0.1, pair: [seed],
      test: t}
tables:
  price: {rows: method, columns: metric, value: [run.accuracy, run.cost.seconds, worth.value]}
"""


def command(folder: Path, *arguments: str, code: int = 0) -> str:
    done = subprocess.run([HELDOUT, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("costs")
    (path / "my_operators.py").write_text(OPERATORS)
    (path / "study.yaml").write_text(SPEC)
    command(path, "run", "study.yaml")
    return path


def test_a_claim_on_costs_is_decided_and_says_that_they_were_measured(folder):
    (verdict,) = json.loads((folder / REPORT / "verdicts.json").read_bytes())
    assert verdict["measured"]
    assert verdict["effect"] > 0.1, "sleeping takes its time, whatever the machine does beside"
    assert "They were measured on one machine" in (folder / REPORT / "index.html").read_text()


def test_costs_are_kept_apart_from_results(folder):
    with (folder / REPORT / "costs.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {(row["stage"], row["metric"]) for row in rows} == {
        *(("run", name) for name in ("seconds", "cpu_seconds", "peak_mb", "peak_gpu_mb")),
        ("worth", "value"),
    }
    with (folder / REPORT / "results.csv").open() as file:
        assert {(row["stage"], row["metric"]) for row in csv.DictReader(file)} == {("run", "accuracy")}


def test_an_archive_holds_them(folder):
    command(folder, "archive", "study.yaml", "-o", "study.zip")
    said = command(folder, "verify", "study.zip", code=4)  # nobody but its author knows its operator
    assert "computed again, have the same bytes: worth.table (6)" in said
    assert "made again from the archived results" in said
    assert "differs" not in said


def test_what_is_measured_again_is_no_difference_from_the_ledger(folder):
    command(folder, "record", "study.yaml")
    again = ("--results", "again", "--store", "another")
    command(folder, "run", "study.yaml", *again)
    first, second = (
        json.loads((folder / name / "verdicts.json").read_bytes())[0]["effect"]
        for name in (REPORT, REPORT.replace("results", "again"))
    )
    assert first != second
    command(folder, "compare", "study.yaml", "--ledger", *again)
