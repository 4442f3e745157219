from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.results.gather import gather

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
