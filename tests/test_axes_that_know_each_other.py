"""A study that leaves one task out, takes the first k, and places tasks at their size: spec to report."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow

HELDOUT = Path(sys.executable).parent / "heldout"
OPERATORS = '''\
"""What a task is worth."""

from typing import Annotated

from heldout import Metrics, Table, operator


@operator(seconds=0.01)
def worth(*, task: str, size: float, seed: int) -> Annotated[Table, Metrics("value", "letters")]:
    """Its size, and a little more with every seed.

    Args:
        task: what it is called.
        size: how large it is.
        seed: of the run.
    """
    return Table.of({"value": size + 0.01 * seed, "letters": float(len(task))})
'''
SPEC = """\
heldout: 1
study: tasks
operators: [my_operators.py]
axes:
  task: {copy: {size: 1}, swap: {size: 2}, sorting: {size: 4}, join: {size: 8}}
  left_out: {levels_of: task}
  k: [1, 3]
  seed: {count: 5}
stages:
  one: {use: my-operators/worth, task: "${task.level}", size: "${task.size}", seed: "${seed}"}
  others: {use: measure/mean, values: "${one.value}", over: {task: {not: "${left_out}"}}}
  first_k: {use: measure/mean, values: "${one.value}", over: {task: {first: "${k}"}, seed: all}}
  letters: {use: measure/mean, values: "${one.letters}", over: {task: [copy, sorting], seed: [0]}}
claims:
  larger-is-worth-more:
    says: What a task is worth rises with its size.
    trend: {metric: one.value, axis: task, by: task.size, direction: increasing, pair: [seed]}
figures:
  by-size: {mark: line, x: task.size, y: one.value}
"""
SIZES = {"copy": 1, "swap": 2, "sorting": 4, "join": 8}


def heldout(folder: Path, *words: str) -> str:
    done = subprocess.run([HELDOUT, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks")
    (folder / "my_operators.py").write_text(OPERATORS)
    (folder / "tasks.yaml").write_text(SPEC)
    done = json.loads(heldout(folder, "run", "tasks.yaml", "--cores", "1", "--json"))
    # 4 tasks x 5 seeds, 4 left out x 5 seeds, two k, one mean of letters.
    assert (done["computed"], done["failed"]) == (43, [])
    return folder


def test_every_mean_is_that_of_what_was_to_be_gathered(finished: Path):
    rows = pq.read_table(finished / "results/tasks/full/report/results.parquet").to_pylist()
    values = {
        (r["stage"], r["left_out"] or r["k"], r["seed"]): r["value"] for r in rows if r["stage"] != "one"
    }
    for name in SIZES:
        others = [size for task, size in SIZES.items() if task != name]
        for seed in range(5):
            assert values["others", name, seed] == pytest.approx(sum(others) / 3 + 0.01 * seed)
    assert values["first_k", 1, None] == pytest.approx(1 + 0.02)
    assert values["first_k", 3, None] == pytest.approx((1 + 2 + 4) / 3 + 0.02)
    assert values["letters", None, None] == (len("copy") + len("sorting")) / 2


def test_the_claim_and_the_figure_stand_at_the_sizes(finished: Path):
    report = finished / "results/tasks/full/report"
    (verdict,) = json.loads((report / "verdicts.json").read_text())
    assert verdict["verdict"] == "supported"
    assert verdict["effect"] == pytest.approx(1.0)  # a unit of worth for every unit of size
    drawn = json.loads((report / "figures/by-size.vl.json").read_text())
    (points,) = drawn["datasets"].values()
    assert {(v["x"], round(v["y"], 6)) for v in points} == {(size, size + 0.02) for size in SIZES.values()}
    assert "others: measure/mean; 20 tasks along left_out, seed" in (report / "index.html").read_text()


def test_a_result_says_what_it_was_gathered_from(finished: Path):
    said = json.loads(heldout(finished, "why", "tasks.yaml", "others", "left_out=join", "seed=1", "--json"))
    assert said["stored"] and said["coordinates"] == {"left_out": "join", "seed": 1}
    spec = finished / "tasks.yaml"
    again = finished / "again.yaml"
    # The study that never had the task that is left out computes nothing for the mean of the others.
    again.write_text(
        spec.read_text()
        .replace("study: tasks", "study: again")
        .replace(", join: {size: 8}", "")
        .replace('{task: {not: "${left_out}"}}', "[task]")
        .replace("  left_out: {levels_of: task}\n", "")
    )
    planned = json.loads(heldout(finished, "plan", "again.yaml", "--json"))
    stages = {stage["name"]: stage for stage in planned["stages"]}
    assert (stages["others"]["tasks"], stages["others"]["cached"]) == (5, 5)
