"""Early cut-off: a task whose operator would be given what another's was given has that one's result."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from pyarrow import table as pa_table

from heldout.runtime.artifacts import Dataset, Table
from heldout.runtime.machine.execute.content import content_of_port
from heldout.runtime.machine.store import Store

HELDOUT = Path(sys.executable).parent / "heldout"


def number(bench, *values):
    """Tasks that give numbers; those of one value differ by their seed, which changes no byte."""
    return bench.tasks("number", [{"value": value, "seed": seed} for seed, value in enumerate(values)])


def one(task, **more):
    return {"task": task["task"], "port": "table", **more}


def totals(bench, *inputs):
    return bench.tasks("total", [{}] * len(inputs), [{"numbers": given} for given in inputs])


def test_a_task_that_reads_the_same_bytes_is_not_computed(bench):
    made = number(bench, 5.0, 5.0)
    bench.run("number", made)
    assert len(bench.traced()) == 2, "nothing is read here, and the recipes differ"
    first, second = totals(bench, [one(made[0])], [one(made[1])])
    assert bench.run("total", [first])["computed"] == 1
    done = bench.run("total", [second])
    assert (done["computed"], done["reused"]) == (0, 1)
    records = [Store(bench.root).record(task["task"]) for task in (first, second)]
    assert bench.value(second, "sum") == 5.0
    assert "same_as" not in records[0] and records[1]["same_as"] == first["task"]
    assert records[1]["task"] == second["task"] and records[1]["inputs"] == second["inputs"]
    same = ("seconds", "cpu_seconds", "environment", "operator", "digest", "outputs", "content")
    assert {key: records[0][key] for key in same} == {key: records[1][key] for key in same}
    events = [json.loads(line) for line in bench.events.read_text().splitlines()]
    assert [(e["status"], e["same_as"]) for e in events if "task" in e] == [("reused", first["task"])]


def test_what_was_not_computed_serves_a_third_and_names_who_was(bench):
    made = number(bench, 5.0, 5.0, 5.0)
    bench.run("number", made)
    tasks = totals(bench, *([one(task)] for task in made))
    for task in tasks:
        bench.run("total", [task])
    records = [Store(bench.root).record(task["task"]) for task in tasks]
    assert [record.get("same_as") for record in records] == [None, tasks[0]["task"], tasks[0]["task"]]


def test_in_one_job_and_before_anything_is_flushed(bench):
    made = number(bench, 5.0, 5.0)
    bench.run("number", made)
    done = bench.run("total", totals(bench, [one(made[0])], [one(made[1])]))
    assert (done["computed"], done["reused"]) == (1, 1)


def differing(bench):
    """Pairs of calls that must be computed both: other bytes, order, number of members, missing ones."""
    made = number(bench, 5.0, 5.0, 6.0, 13.0)  # the last fails
    bench.run("number", made)
    a, b, c, gone = (one(task) for task in made)
    return {
        "other bytes": ([a], [c]),
        "another order": ([a, c], [c, b]),
        "another number": ([a], [a, b]),
        "a member that is missing": ([a, b], [b, gone]),
        "where it is missing": ([a, gone], [gone, b]),
        "a metric": ([a | {"metric": "value"}], [b | {"metric": "value2"}]),
    }


CASES = "other bytes, another order, another number, a member that is missing, where it is missing, a metric"


@pytest.mark.parametrize("name", CASES.split(", "))
def test_what_differs_is_computed(bench, name):
    first, second = totals(bench, *differing(bench)[name])
    bench.run("total", [first])
    done = bench.run("total", [second])
    assert done["reused"] == 0 and done["computed"] + len(done["failed"]) == 1


def test_members_that_are_missing_alike_are_the_same_and_each_waits_for_its_own(bench):
    made = number(bench, 5.0, 13.0, 13.0)
    bench.run("number", made)
    kept, *gone = (one(task) for task in made)
    first, second = totals(bench, [kept, gone[0]], [kept, gone[1]])
    bench.run("total", [first])
    assert bench.run("total", [second])["reused"] == 1
    assert Store(bench.root).record(second["task"])["missing"] == [gone[1]["task"]]
    with Store(bench.root) as store:  # what was missing comes
        store.put(gone[1]["task"], {}, {"table": Table.of({"value": 2.0})})
    assert bench.run("total", [first])["reused"] == 1
    assert bench.run("total", [second])["computed"] == 1
    assert bench.value(second, "sum") == 7.0


def put_data(bench, *tasks):
    rows = pa_table({"id": ["a", "b"], "label": [0, 1], "domain": ["x", "y"]})
    with Store(bench.root) as store:
        for task in tasks:
            store.put(task * 64, {}, {"data": Dataset(rows, {"x": torch.ones(2, 2)}, ("no", "yes"))})
    return [{"task": task * 64, "port": "data"} for task in tasks]


def test_what_is_hidden_is_part_of_it(bench):
    one, two = put_data(bench, "a", "b")
    inputs = [{"data": one}, {"data": two | {"hide": ["domain"]}}, {"data": two}]
    tasks = bench.tasks("columns", [{}] * 3, inputs)
    assert [bench.run("columns", [task])["computed"] for task in tasks] == [1, 1, 0]
    assert [bench.value(task) for task in tasks] == [4.0, 3.0, 4.0]


def test_what_an_operator_draws_follows_from_what_it_is_given(bench):
    """Equal calls are one computation even where a global generator is drawn from."""
    one, two = put_data(bench, "a", "b")
    first, second = bench.tasks("noise", [{}] * 2, [{"data": one}, {"data": two}])
    bench.run("noise", [first])
    drawn = bench.value(first)
    for path in bench.root.glob("packs/*noise*"):
        path.unlink()
    assert bench.run("noise", [second])["computed"] == 1
    assert bench.value(second) == drawn


def test_a_large_result_is_linked(bench):
    one, two = put_data(bench, "a", "b")
    first, second = bench.tasks("large_model", [{}] * 2, [{"data": one}, {"data": two}])
    assert bench.run("large_model", [first])["computed"] == 1
    assert bench.run("large_model", [second])["reused"] == 1
    places = [bench.root / "objects" / t["task"][:2] / t["task"] / "model" for t in (first, second)]
    assert len({(place / "model.safetensors").stat().st_ino for place in places}) == 1
    assert Store(bench.root).verify(second["task"])


def test_a_large_result_that_is_damaged_is_computed(bench):
    one, two = put_data(bench, "a", "b")
    first, second = bench.tasks("large_model", [{}] * 2, [{"data": one}, {"data": two}])
    bench.run("large_model", [first])
    path = bench.root / "objects" / first["task"][:2] / first["task"] / "model" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert bench.run("large_model", [second])["computed"] == 1
    assert Store(bench.root).verify(second["task"]) and not Store(bench.root).verify(first["task"])


def test_an_input_that_is_given_back_is_linked_unless_it_was_changed(bench):
    given = put_data(bench, "a")[0]
    (large,) = bench.tasks("large_trajectory", [{}], [{"data": given}])
    bench.run("large_trajectory", [large])
    points = {"task": large["task"], "port": "trajectory"}
    back = bench.tasks("give_back", [{"change": False}, {"change": True}], [{"points": points}] * 2)
    assert bench.run("give_back", back)["computed"] == 2
    path = bench.root / "objects"
    files = [
        path / t["task"][:2] / t["task"] / "trajectory" / "trajectory.safetensors" for t in (large, *back)
    ]
    inodes = [file.stat().st_ino for file in files]
    assert inodes[0] == inodes[1] != inodes[2]
    weights = [Store(bench.root).load(task["task"], "trajectory").weights["w"] for task in (large, *back)]
    assert [float(each[0, 0]) for each in weights] == [1.0, 1.0, 2.0]


def test_what_a_task_cost_is_by_its_numbers():
    record = {"outputs": {"model": "Model"}, "files": {}, "seconds": 1.0, "cpu_seconds": 1.0}
    assert content_of_port(record, "cost") == content_of_port(record | {"finished": 5}, "cost")
    assert content_of_port(record, "cost") != content_of_port(record | {"seconds": 2.0}, "cost")
    assert content_of_port(record, "model") is not None and content_of_port(record, "table") is None
    assert content_of_port(record, "model") != content_of_port(record | {"outputs": {"model": "T"}}, "model")


OPERATORS = '''
from heldout import Dataset, Metrics, Table, operator
import pyarrow
import torch
from typing import Annotated

@operator
def rows(*, count: int) -> Dataset:
    """Rows."""
    ids = [str(number) for number in range(count)]
    return Dataset(pyarrow.table({"id": ids}), {"x": torch.arange(count).float()})

@operator
def mean(data: Dataset, *, power: int) -> Annotated[Table, Metrics("mean")]:
    """The mean of a power."""
    return Table.of({"mean": float((data.x ** power).mean())})
'''
STUDY = """\
heldout: 1
study: cut
operators: [own.py]
axes: {power: [1, 2]}
stages:
  data: {use: own/rows, count: 4}
  mean: {use: own/mean, data: "${data}", power: "${power}"}
"""


@pytest.mark.slow
def test_an_edit_that_changes_no_byte_computes_nothing_below(tmp_path):
    (tmp_path / "cut.yaml").write_text(STUDY)

    def run(operators):
        (tmp_path / "own.py").write_text(operators)
        command = [HELDOUT, "run", "cut.yaml", "--cores", "1", "--store", "store", "--results", "results"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return re.search(r"(\d+) tasks? computed, (\d+) there already", done.stderr).groups()

    assert run(OPERATORS) == ("3", "0")
    edited = OPERATORS.replace("range(count)]", "range(0, count, 1)]")
    assert edited != OPERATORS
    assert run(edited) == ("1", "2"), "the data anew, and nothing below"
    changed = edited.replace("arange(count)", "arange(count).neg()")
    assert run(changed) == ("3", "0"), "other bytes"
