"""Several metrics in one figure or table."""

import json

import numpy as np
import pytest

from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.metric_columns import table_of
from heldout.runtime.machine.report.points import points_of
from heldout.runtime.machine.report.series import joint_metric, points_of_series, series_names
from heldout.runtime.machine.report.summary import table_values
from heldout.runtime.machine.report.table_files import latex, tidy
from heldout.runtime.machine.report.table_view import table_view
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis

METHOD, SEED = Axis("method", ("erm", "coral"), "named"), Axis("seed", (0, 1, 2), "count")
PROTOCOL = Axis("protocol", ("a", "b"))


def metric(stage, name):
    return {"stage": stage, "port": "table", "metric": name}


TRAIN, TEST, LOSS = metric("train", "accuracy"), metric("test", "accuracy"), metric("test", "loss")
# 2 methods x 3 seeds; of the test, under two protocols too.
TRAINED = np.array([[0.9, 0.8, 0.7], [0.6, 0.7, 0.8]])
TESTED = np.stack([TRAINED - 0.1, TRAINED - 0.3], axis=1)


@pytest.fixture
def results():
    stages = {
        "train": whole_stage("train", (METHOD, SEED)),
        "test": whole_stage("test", (METHOD, PROTOCOL, SEED)),
    }
    values = {
        ("train", "table", "accuracy"): TRAINED.ravel(),
        ("test", "table", "accuracy"): TESTED.ravel(),
        ("test", "table", "loss"): -np.log(TESTED).ravel(),
    }
    return rehearsed(stages, values)


def test_each_metric_has_the_points_that_it_has_alone(results):
    channels = {"color": "metric", "x": "method"}
    points = points_of_series(results, "y", [TRAIN, TEST], channels, {})
    assert points.axes["color"].levels == ("train", "test")
    assert points.positions.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    alone = [points_of(results, {"y": one}, {"x": "method"}, {}) for one in (TRAIN, TEST)]
    assert points.values["y"].tolist() == [*alone[0].values["y"], *alone[1].values["y"]]
    assert points.values["y"] == pytest.approx([0.8, 0.7, 0.6, 0.5])
    assert points.half.tolist() == [*alone[0].half, *alone[1].half]


def test_what_intervals_are_over_is_said_of_each_where_it_differs(results):
    points = points_of_series(results, "y", [TRAIN, TEST], {"x": "metric", "color": "method"}, {})
    seeds = "95 % t interval over 3 levels of seed"
    very = f"{seeds}, for these very levels of protocol"
    assert points.over == f"intervals (train: {seeds}; test: {very})"
    alike = points_of_series(results, "y", [TEST, LOSS], {"x": "metric", "color": "method"}, {})
    assert alike.over == very


@pytest.mark.parametrize(
    ("metrics", "names", "label"),
    [
        ([TEST, LOSS], ("accuracy", "loss"), "value"),
        ([TRAIN, TEST], ("train", "test"), "accuracy"),
        ([TRAIN, TEST, LOSS], ("train accuracy", "test accuracy", "test loss"), "value"),
    ],
)
def test_metrics_are_called_by_what_tells_them_apart(metrics, names, label):
    assert series_names(metrics) == names
    assert joint_metric(metrics) == {"metric": label}


def test_percent_only_where_all_are_shares():
    share = {"unit": "percent"}
    assert joint_metric([TRAIN | share, TEST | share]) == {"metric": "accuracy", "unit": "percent"}
    assert joint_metric([TEST | share, LOSS]) == {"metric": "value"}


def test_a_figure_of_several_metrics(results):
    figure = draw(
        {"id": "both", "mark": "point", "x": "method", "y": [TRAIN, TEST], "color": "metric"}, results
    )
    assert figure.caption.startswith("Train and test by method, one colour for each metric; from 0.5 to 0.8.")
    specification = json.loads(figure.vega_lite)
    (rows,) = specification["datasets"].values() if "datasets" in specification else [specification["data"]]
    rows = rows["values"] if isinstance(rows, dict) else rows
    assert {(row["color"], row["x"]) for row in rows} == {
        (one, method) for one in ("train", "test") for method in ("erm", "coral")
    }
    assert '"title": "accuracy"' in figure.vega_lite


def test_metrics_as_bars_beside_each_other_and_nothing_else(results):
    points = points_of_series(results, "y", [TRAIN, TEST], {"x": "metric"}, {"method": "erm"})
    assert points.values["y"] == pytest.approx([0.8, 0.6])
    assert points.num_values == 6


DECLARED = {"id": "main", "rows": ["method"], "columns": "metric", "value": [TRAIN, TEST, LOSS]}


def test_a_table_has_a_column_for_each_metric(results):
    table = table_of(DECLARED, results)
    assert table.columns is not None and table.columns.levels == (
        "train accuracy",
        "test accuracy",
        "test loss",
    )
    rows = table.blocks[0].rows
    means = [[cell.mean for cell in row.cells] for row in rows]
    losses = -np.log(TESTED).mean(axis=(1, 2))
    assert means == [pytest.approx([0.8, 0.6, losses[0]]), pytest.approx([0.7, 0.5, losses[1]])]
    assert [cell.best for cell in rows[0].cells] == [True, True, bool(losses[0] < losses[1])]
    assert all(row.average is None for row in rows), "different things have no mean"
    assert table.descending == (True, True, False)


def test_such_a_table_on_the_page_in_files_and_in_the_ledger(results):
    table = table_of(DECLARED, results)
    view = table_view(table)
    assert view.columns == ("train accuracy", "test accuracy", "test loss")
    assert (
        "bold is the best of its column (lower is better for test loss, higher for the others)" in view.note
    )
    assert "train accuracy & test accuracy & test loss" in latex(table)
    columns = tidy(table)
    assert columns["axis_metric"].to_pylist()[:3] == ["train accuracy", "test accuracy", "test loss"]
    assert columns["average"].to_pylist() == [False] * 6
    assert table_values(table)["cells"][2]["at"] == ["erm", "test loss"]


def test_a_table_says_of_each_metric_what_its_intervals_are_over_where_they_differ(results):
    seeds = "mean ± half the width of its 95 % t interval over 3 levels of seed"
    said = f"train: {seeds}; test: {seeds}, for these very levels of protocol;"
    assert said in table_view(table_of({**DECLARED, "value": [TRAIN, TEST]}, results)).note
    alike = table_of({**DECLARED, "value": [TEST, LOSS]}, results)
    assert f"Value; {seeds}, for these very levels of protocol; bold" in table_view(alike).note
    alone = table_of({**DECLARED, "rows": ["method", "seed"], "value": [TRAIN, TEST]}, results)
    over = "mean ± half the width of its 95 % t interval over 2 levels of protocol"
    assert f"train: single values; test: {over};" in table_view(alone).note


def test_a_metric_without_such_a_row_has_no_numbers_there(results):
    kept = {**DECLARED, "value": [TRAIN, TEST], "where": {"method": "erm"}}
    assert [len(block.rows) for block in table_of(kept, results).blocks] == [1]


def test_a_table_of_one_metric_is_as_it_was(results):
    declared = {"id": "main", "rows": ["method"], "columns": "protocol", "value": TEST}
    table = table_of(declared, results)
    assert table.columns == PROTOCOL and table.descending == (True,)
    assert table.has_average
