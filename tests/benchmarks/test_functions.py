"""The functions of a job, from a job that ran under cProfile."""

import json

import pytest

from benchmarks.emitting import STORE, WORKFLOW, emit_study
from benchmarks.functions import SHOWN, function_seconds
from benchmarks.studies import training_study, write_study

pytestmark = pytest.mark.slow


def test_a_finished_job_runs_again_and_shows_the_functions_with_the_most_own_seconds(tmp_path):
    write_study(tmp_path, training_study(models=1, steps=1))
    emit_study(tmp_path)
    workflow = tmp_path / WORKFLOW
    imports, *functions = function_seconds(workflow, tmp_path / STORE, jobs=("digits",))
    assert imports["function"].startswith("(imports") and imports["calls"] is None
    assert {row["job"] for row in functions} == {"digits"}
    seconds = [row["seconds"] for row in functions]
    assert len(functions) == SHOWN and seconds == sorted(seconds, reverse=True)
    assert all(row["calls"] >= 1 and 0 < row["share"] < 1 for row in functions)
    # It ran under another name, so that a store that has the task's result does not spare it.
    (planned,) = json.loads((workflow / "plan" / "digits" / "000.json").read_bytes())["tasks"]
    (ran,) = json.loads((workflow / "digits.again.json").read_bytes())["tasks"]
    assert ran["task"] != planned["task"] and ran["parameters"] == planned["parameters"]
    assert json.loads((workflow / "digits.again.done").read_bytes())["computed"] == 1
