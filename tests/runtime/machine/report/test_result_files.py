import pytest

from heldout.runtime.machine.report.result_files import tidy_results
from heldout.runtime.results.gather import gather


def test_values_and_missing_cells(declared, store, plan_of, tmp_path, cell):
    del store.records[cell(0, "erm", "validation", 1)]
    table = tidy_results(gather(plan_of(declared), store, tmp_path))
    rows = table.to_pylist()
    assert len(rows) == 36
    assert rows[0] == {
        "stage": "score",
        "port": "table",
        "held_out": 0,
        "method": "erm",
        "protocol": "validation",
        "seed": 0,
        "metric": "accuracy",
        "value": pytest.approx(0.5),
        "step": None,
        "group": None,
        "oracle": False,
        "reason": None,
    }
    last = rows[-1]
    assert (last["seed"], last["value"], last["metric"], last["reason"]) == (1, None, None, "not run")


def test_axes_that_a_stage_lacks_are_null(declared, store, plan_of, tmp_path):
    declared["axes"] = {**declared["axes"], "step": {"levels": ["a"], "kind": "list"}}
    table = tidy_results(gather(plan_of(declared), store, tmp_path))
    assert table["axis_step"].null_count == 36
