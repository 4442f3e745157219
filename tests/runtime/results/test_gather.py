import numpy as np
import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.machine.report.units import with_units
from heldout.runtime.results.gather import gather
from heldout.runtime.results.results import Lack


def test_a_table_of_too_many_steps_leaves_the_rest_alone(declared, store, plan_of, tmp_path, monkeypatch):
    monkeypatch.setattr("heldout.runtime.results.results.MOST_VALUES", -1)
    accuracy = {"stage": "score", "port": "table", "metric": "accuracy", "along": ["step"]}
    declared["tables"][0] |= {"value": accuracy, "unit": "percent"}
    plan = plan_of(declared)
    found = gather(plan, store, tmp_path)
    assert with_units(plan, found).tables[0]["unit"] == "percent"
    with pytest.raises(ValueError, match=r"score\.accuracy has 36 cells and 0 steps"):
        found.grid(accuracy)


def test_every_missing_cell_has_its_reason(declared, store, plan_of, write_done, cell):
    at = {"held_out": 15, "method": "erm", "seed": 1}
    failed, blocked, waiting = (cell(15, "erm", "validation", seed) for seed in (0, 1, 2))
    for task in (failed, blocked, waiting):
        del store.records[task]
    write_done(
        "model", failed=[{"task": "m" * 64, "coordinates": at, "error": "ValueError", "message": "nan"}]
    )
    done = write_done(
        "score",
        failed=[{"task": failed, "coordinates": {}, "error": "MemoryError", "message": "too large"}],
        blocked=[{"task": blocked, "coordinates": {}, "message": "model failed"}],
    )
    missing = gather(plan_of(declared), store, done).missing
    assert [(one.stage, one.coordinates.get("seed"), one.reason, one.message) for one in missing] == [
        ("model", 1, "failed", "ValueError: nan"),
        ("score", 0, "failed", "MemoryError: too large"),
        ("score", 1, "blocked", "model failed"),
        ("score", 2, "not run", ""),
    ]
    assert missing[1].coordinates == {"held_out": 15, "method": "erm", "protocol": "validation", "seed": 0}


def test_a_result_that_is_there_counts_whatever_an_old_attempt_said(
    declared, store, plan_of, write_done, cell
):
    done = write_done("score", failed=[{"task": cell(0, "erm", "oracle", 0), "message": "full disk"}])
    assert gather(plan_of(declared), store, done).missing == ()


def test_what_cannot_be_read_is_missing(declared, store, plan_of, tmp_path, cell):
    del store.tables[cell(0, "erm", "oracle", 0), "table"]
    (missing,) = gather(plan_of(declared), store, tmp_path).missing
    assert missing.reason == "unreadable"


def test_cells_that_share_a_task_all_get_its_values(declared, store, plan_of, tmp_path, cell):
    cells = declared["stages"][1]["cells"]
    cells[1] = cells[0]
    table = gather(plan_of(declared), store, tmp_path).tables["score", "table"]
    assert table["cell"].to_pylist() == list(range(36))
    assert table["value"].to_pylist()[:2] == [0.5, 0.5]


def test_columns_of_a_table_that_are_not_there_are_null(declared, store, plan_of, tmp_path, cell):
    store.tables[cell(0, "erm", "validation", 0), "table"] = Table.columns(
        metric=["accuracy", "accuracy"], value=[0.1, 0.2], step=[10, 20]
    )
    rows = gather(plan_of(declared), store, tmp_path).tables["score", "table"]
    assert rows["step"].to_pylist()[:3] == [10, 20, None]
    assert rows["group"].null_count == len(rows)


def test_a_metric_that_is_not_finite_is_missing_for_a_reason_of_its_own(
    declared, store, plan_of, tmp_path, cell
):
    nan, infinite = (cell(15, "erm", "validation", seed) for seed in (0, 1))
    store.tables[nan, "table"] = Table.of({"accuracy": float("nan"), "nll": float("nan")})
    store.tables[infinite, "table"] = Table.columns(
        metric=["accuracy", "accuracy"], value=[0.5, float("inf")], step=[1, 2]
    )
    # A curve that recovers is whole at its last step, by which it is read.
    store.tables[cell(0, "erm", "oracle", 0), "table"] = Table.columns(
        metric=["accuracy", "accuracy"], value=[float("nan"), 0.5], step=[1, 2]
    )
    missing = gather(plan_of(declared), store, tmp_path).missing
    assert [(one.coordinates["seed"], one.task, one.reason, one.message, one.metric) for one in missing] == [
        (0, nan, "not finite", "accuracy is NaN", "accuracy"),
        (1, infinite, "not finite", "accuracy is infinite", "accuracy"),
    ]
    declared |= {"claims": [], "tables": [], "figures": []}  # then every metric is looked at
    assert [one.metric for one in gather(plan_of(declared), store, tmp_path).missing] == [
        *("accuracy", "accuracy", "nll")
    ]


def test_what_was_gathered_without_members_is_known_with_their_reasons(
    declared, store, plan_of, write_done, cell
):
    task = cell(0, "erm", "validation", 0)
    store.records[task]["missing"] = ["m" * 64, "n" * 64]
    done = write_done("model", failed=[{"task": "m" * 64, "coordinates": {}, "message": "nan"}])
    results = gather(plan_of(declared), store, done)
    assert results.partial == {"score": {0: {Lack("m" * 64, "failed"), Lack("n" * 64, "not run")}}}
    metric = declared["claims"][0]["parameters"]["metric"]
    assert results.grid(metric).values[0, 0, 0, 0] == 0.5
    assert np.flatnonzero(np.isnan(results.grid(metric, whole=True).values)).tolist() == [0]
