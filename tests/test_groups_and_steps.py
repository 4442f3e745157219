"""A study whose operator gives a table of groups and of curves: both are axes, spec to report."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow

REPORT = "results/lengths/full/report"
LENGTHS = [2, 4, 12, 24]
HELDOUT = Path(sys.executable).parent / "heldout"
OPERATORS = '''\
"""A curve, and accuracies by the length of what is asked."""

import math
from typing import Annotated, NamedTuple

from heldout import Metrics, Table, operator
from heldout.runtime.operator import ByGroup


class Measured(NamedTuple):
    curve: Annotated[Table, Metrics("loss")]
    by_length: Annotated[Table, Metrics("accuracy"), ByGroup()]


@operator(seconds=0.01)
def measured(*, method: str, seed: int) -> Measured:
    """A loss that falls with the logarithm of the step, and an accuracy that falls with the length.

    Args:
        method: one that is better than the other at lengths above ten.
        seed: of the run.
    """
    steps = [1, 10, 100, 1000]
    loss = [5 - 0.5 * math.log(step) + 0.01 * seed for step in steps]
    lengths = [2, 4, 12, 24]
    gain = 0.1 if method == "relative" else 0.0
    accuracy = [1 - 0.02 * n - 0.001 * seed + gain * (n > 10) for n in lengths]
    return Measured(
        Table.columns(metric=["loss"] * 4, value=loss, step=steps),
        Table.columns(metric=["accuracy"] * 4, value=accuracy, group=[str(n) for n in lengths]),
    )
'''
SPEC = """\
heldout: 1
study: lengths
operators: [my_operators.py]
axes:
  method: [absolute, relative]
  seed: {count: 7}
stages:
  run: {use: my-operators/measured, method: "${method}", seed: "${seed}"}
claims:
  falls-with-time:
    says: The loss falls by a half for each unit of the logarithm of the step.
    fit:
      metric: run.loss
      axis: step
      curve: log-linear
      above: -0.6
      below: -0.4
      pair: [method, seed]
      cluster: seed
  falls-with-length:
    says: Accuracy falls with length.
    trend:
      metric: run.by_length.accuracy
      axis: group
      direction: decreasing
      pair: [method, seed]
      cluster: seed
  short-is-best:
    says: The shortest are answered best.
    highest: {metric: run.by_length.accuracy, axis: group, level: 2, than: ["4", 12], pair: [method, seed]}
  gain-at-length:
    says: Relative positions gain where texts are long.
    compare:
      metric: run.by_length.accuracy
      axis: method
      greater: relative
      less: absolute
      pair: [group, seed]
      cluster: seed
      where: {group: [12, 24]}
  early:
    says: The loss is high at the first step.
    threshold: {metric: run.loss, above: 4.9, pair: [method, seed], where: {step: 1}}
  no-such-length:
    says: Texts of 99 tokens are answered.
    threshold: {metric: run.by_length.accuracy, above: 0.1, pair: [method, seed], where: {group: 99}}
  no-curve:
    says: The accuracy rises.
    trend:
      metric: run.by_length.accuracy
      axis: step
      direction: increasing
      pair: [group, method, seed]
      cluster: seed
figures:
  by-length: {mark: line, x: group, y: run.by_length.accuracy, color: method}
tables:
  lengths: {rows: method, columns: group, value: run.by_length.accuracy}
"""


def heldout(folder: Path, *words: str) -> str:
    done = subprocess.run([HELDOUT, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lengths")
    (folder / "my_operators.py").write_text(OPERATORS)
    (folder / "study.yaml").write_text(SPEC)
    done = json.loads(heldout(folder, "run", "study.yaml", "--cores", "1", "--json"))
    assert (done["computed"], done["failed"]) == (14, [])
    return folder


def test_claims_along_steps_and_groups(finished):
    verdicts = json.loads((finished / REPORT / "verdicts.json").read_text())
    claims = {one["id"]: one for one in verdicts}
    assert {name: one["verdict"] for name, one in claims.items()} == {
        "falls-with-time": "supported",
        "falls-with-length": "supported",
        "short-is-best": "supported",
        "gain-at-length": "supported",
        "early": "supported",
        "no-such-length": "untested",
        "no-curve": "untested",
    }
    assert claims["falls-with-time"]["effect"] == pytest.approx(-0.5)
    # Slope of y = -0.02 n over n in 2, 4, 12, 24, centred at 10.5; half of the runs gain 0.1 at 12 and 24.
    places = [2 - 10.5, 4 - 10.5, 12 - 10.5, 24 - 10.5]
    gained = 0.1 * (places[2] + places[3]) / sum(place**2 for place in places)
    assert claims["falls-with-length"]["effect"] == pytest.approx(-0.02 + gained / 2)
    assert claims["gain-at-length"]["effect"] == pytest.approx(0.1)
    assert "axis 'group' has no level '99' (it has 2, 4, 12, 24)" in claims["no-such-length"]["finding"]
    assert "run.accuracy has no values by step and group" in claims["no-curve"]["finding"]


def test_tables_and_figures_by_group(finished):
    rows = pq.read_table(finished / REPORT / "tables/lengths.parquet").to_pylist()
    means = {(r["method"], r["axis_group"]): r["mean"] for r in rows if not r["average"]}
    expected = {n: 1 - 0.02 * n - 0.003 for n in LENGTHS}  # the mean of seeds 0 to 6 is 3
    assert list(means) == [(method, n) for method in ("absolute", "relative") for n in LENGTHS]
    for n in LENGTHS:
        assert means["absolute", n] == pytest.approx(expected[n])
        assert means["relative", n] == pytest.approx(expected[n] + 0.1 * (n > 10))
    drawn = json.loads((finished / REPORT / "figures/by-length.vl.json").read_text())
    (points,) = drawn["datasets"].values()
    assert {p["x"] for p in points} == set(LENGTHS)  # numbers, in their order


def test_the_plan_the_lock_and_the_claims_own_cells_know_them(finished):
    spec = "study.yaml"
    plan = json.loads(heldout(finished, "plan", spec, "--power", "--json"))
    told = {one["id"]: one["problem"] for one in plan["power"]}
    assert "known once the study has run" in told["falls-with-length"]
    heldout(finished, "lock", spec)
    assert json.loads(heldout(finished, "check", spec, "--json")) == []
    report = json.loads((finished / "results/lengths/full/plan/report.json").read_text())
    along = {one["id"]: one["parameters"]["metric"].get("along") for one in report["claims"]}
    assert along["falls-with-time"] == along["early"] == ["step"]
    assert along["falls-with-length"] == along["gain-at-length"] == ["group"]
    assert along["no-curve"] == ["step", "group"]
