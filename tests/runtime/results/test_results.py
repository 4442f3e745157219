from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.results.gather import COLUMNS, gather
from heldout.runtime.results.results import Lack

ACCURACY = {"stage": "score", "port": "table", "metric": "accuracy"}


def test_a_grid_has_every_value_at_its_place(results):
    grid = results.grid(ACCURACY)
    assert grid.names == ("held_out", "method", "protocol", "seed")
    assert grid.values[2, 1, 0, 2] == pytest.approx(0.5 + 0.3 + 0.1 + 0.02)
    assert grid.exists.all()


def test_where_and_average(results):
    grid = results.grid(ACCURACY, {"method": "coral", "held_out": [30, 0], "protocol": ["validation"]})
    mean = grid.average_to(["held_out"])
    assert mean.axes[0].levels == (30, 0)  # in the order asked for
    assert mean.values == pytest.approx([0.91, 0.61])  # over seeds: + 0.01


def test_an_average_over_cells_outside_the_study_leaves_them_out(declared, store, plan_of, tmp_path):
    declared["stages"][1]["cells"][0] = None  # held_out 0, erm, validation, seed 0
    grid = gather(plan_of(declared), store, tmp_path).grid(ACCURACY)
    mean = grid.average_to(["held_out", "method", "protocol"])
    assert mean.values[0, 0, 0] == pytest.approx(0.515)  # (0.51 + 0.52) / 2


def test_a_missing_value_makes_its_average_missing(declared, store, plan_of, tmp_path, cell):
    del store.records[cell(0, "erm", "validation", 0)]
    mean = gather(plan_of(declared), store, tmp_path).grid(ACCURACY).average_to(["held_out"])
    assert np.isnan(mean.values).tolist() == [True, False, False]


def test_curves_end_and_groups_stand_apart(declared, store, plan_of, tmp_path, cell):
    store.tables[cell(0, "erm", "validation", 0), "table"] = Table.columns(
        metric=["accuracy"] * 4,
        value=[0.2, 0.9, 0.1, 0.7],
        step=[20, 20, 10, 30],
        group=[None, "a", None, None],
    )
    found = gather(plan_of(declared), store, tmp_path)
    assert found.grid(ACCURACY).values[0, 0, 0, 0] == 0.7
    assert found.grid(ACCURACY | {"step": 10}).values[0, 0, 0, 0] == 0.1
    assert found.grid(ACCURACY | {"group": "a"}).values[0, 0, 0, 0] == 0.9


BY_GROUP = ACCURACY | {"along": ["group"]}


def rows_of(**columns):
    """Rows of one metric by cell."""
    number = len(columns["cell"])
    given = {"metric": ["accuracy"] * number, "step": [None] * number, "group": [None] * number} | columns
    return {("score", "table"): pa.table({name: given[name] for name in COLUMNS.names}, schema=COLUMNS)}


def test_groups_are_an_axis_whose_levels_are_what_is_there(results_of):
    # Cell 0 has three groups, cell 1 two, cell 2 nothing at all: it is missing, whatever groups there are.
    tables = rows_of(
        cell=[0, 0, 0, 0, 1, 1],
        value=[0.9, 0.8, 0.7, 0.1, 0.5, np.inf],
        group=["10", "9", "2", None, "2", "9"],
    )
    grid = replace(results_of({"seed": [0, 1, 2]}, [0.0] * 3), tables=tables).grid(BY_GROUP)
    assert grid.names == ("seed", "group")
    assert grid.axes[1].levels == (2, 9, 10)  # numbers, though they are written as text
    assert grid.values[0].tolist() == [0.7, 0.8, 0.9]
    assert grid.values[1, 0] == 0.5 and np.isnan(grid.values[1, 1:]).all()
    assert grid.exists.tolist() == [[True] * 3, [True, True, False], [True] * 3]
    assert grid.where({"group": ["9", 2]}).values[0].tolist() == [0.8, 0.7]
    with pytest.raises(ValueError, match=r"axis 'group' has no level '3' \(it has 2, 9, 10\)"):
        grid.where({"group": 3})


def test_a_step_is_an_axis_of_whole_cells_or_of_groups(results_of):
    tables = rows_of(
        cell=[0, 0, 0, 0, 1, 1],
        value=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
        step=[10, 5, 5, 10, 5, None],
        group=[None, None, "b", "a", None, None],
    )
    results = replace(results_of({"seed": [0, 1]}, [0.0] * 2), tables=tables)
    whole = results.grid(ACCURACY | {"along": ["step"]})
    assert whole.axes[1].levels == (5, 10)
    assert whole.values[0].tolist() == [0.2, 0.1]
    assert whole.values[1, 0] == 0.5 and not whole.exists[1, 1]
    last = results.grid(BY_GROUP)  # of each group its last step
    assert (last.axes[1].levels, last.values[0].tolist()) == (("a", "b"), [0.4, 0.3])
    both = results.grid(ACCURACY | {"along": ["step", "group"]})
    assert both.names == ("seed", "step", "group")
    assert both.exists[0].tolist() == [[False, True], [True, False]]


def test_groups_of_a_result_that_was_gathered_in_part_are_missing(results_of):
    tables = rows_of(cell=[0, 1], value=[0.1, 0.2], group=["a", "a"])
    lack = {"score": {1: frozenset({Lack("task", "failed")})}}
    results = replace(results_of({"seed": [0, 1]}, [0.0] * 2), tables=tables, partial=lack)
    assert results.grid(BY_GROUP, whole=True).values.ravel() == pytest.approx([0.1, np.nan], nan_ok=True)


def test_what_has_no_groups_or_no_values_says_so(results_of):
    results = results_of({"seed": [0, 1]}, [0.5, 0.6])
    with pytest.raises(ValueError, match=r"score\.accuracy has no values by group"):
        results.grid(BY_GROUP)
    none = replace(results, tables={("score", "table"): COLUMNS.empty_table()})
    with pytest.raises(
        ValueError, match=r"score\.accuracy has no value yet, which would say what its groups"
    ):
        none.grid(BY_GROUP)


def test_a_grid_of_too_many_steps_is_refused(results_of, monkeypatch):
    monkeypatch.setattr("heldout.runtime.results.results.MOST_VALUES", 3)
    tables = rows_of(cell=[0, 1], value=[0.1, 0.2], step=[1, 2])
    results = replace(results_of({"seed": [0, 1]}, [0.0] * 2), tables=tables)
    with pytest.raises(ValueError, match=r"score\.accuracy has 2 cells and 2 steps"):
        results.grid(ACCURACY | {"along": ["step"]})


def test_what_is_no_number_is_missing(declared, store, plan_of, tmp_path, cell):
    store.tables[cell(0, "erm", "validation", 0), "table"] = Table.of({"accuracy": float("inf")})
    assert np.isnan(gather(plan_of(declared), store, tmp_path).grid(ACCURACY).values[0, 0, 0, 0])


@pytest.mark.parametrize(
    ("conditions", "count"),
    [
        ([{"protocol": ["oracle"]}], 18),
        ([{"protocol": ["oracle"], "method": ["erm"]}], 9),
        ([{}], 36),
        ([], 0),
        ([{"method": ["erm"]}, {"seed": [0]}], 18 + 6),
    ],
)
def test_oracle_conditions(declared, store, plan_of, tmp_path, conditions, count):
    declared["stages"][1]["oracle"] = conditions
    assert gather(plan_of(declared), store, tmp_path).oracle("score").sum() == count


def test_unknown_names(results):
    with pytest.raises(ValueError, match=r"there is no table score\.curve"):
        results.grid(ACCURACY | {"port": "curve"})
    with pytest.raises(ValueError, match="does not vary along 'angle' \\(it does along held_out, method"):
        results.grid(ACCURACY, {"angle": 0})


def test_a_metric_of_groups_alone_has_no_value_of_a_cell(results_of, metric):
    results = results_of({"seed": [0, 1]}, [0.5, 0.6])
    rows = results.tables["score", "table"]
    grouped = rows.set_column(rows.column_names.index("group"), "group", pa.array(["a", "b"]))
    found = replace(results, tables={("score", "table"): grouped})
    with pytest.raises(ValueError, match=r"score\.accuracy has values of groups, and none of a whole cell"):
        found.grid(metric)
    assert found.grid(metric | {"group": "a"}).values[0] == 0.5
