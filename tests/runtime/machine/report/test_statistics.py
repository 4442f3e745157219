"""Medians and interquartile means in tables and figures, in the place of means."""

import json
from typing import get_args

import numpy as np
import pytest
from scipy import stats

from heldout.compiler.analysis.displays import STATISTICS
from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.metric_columns import table_of
from heldout.runtime.machine.report.points import points_of
from heldout.runtime.machine.report.table_files import tidy
from heldout.runtime.machine.report.table_view import table_view
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis
from heldout.runtime.statistics.bootstrap import bootstrap_interval
from heldout.runtime.statistics.centre import Statistic

METHOD, SEED = Axis("method", ("erm", "coral"), "named"), Axis("seed", (0, 1, 2, 3), "count")
TASK = Axis("task", ("a", "b"), "named")
ACCURACY, LOSS = ({"stage": "score", "port": "table", "metric": name} for name in ("accuracy", "loss"))
VALUES = np.array([[[0, 1, 2, 30], [4, 5, 6, 7]], [[2, 4, 6, 8], [4, 6, 8, 100]]], dtype=float)
RUNS, TASKS = np.tile(np.arange(4), 2), np.repeat([0, 1], 4)  # of one method's values
BY_HAND = {"median": np.median, "iqm": lambda values: stats.trim_mean(values, 0.25)}
TABLE = {"id": "t", "rows": ["method"], "columns": None, "value": ACCURACY}
FIGURE = {"id": "f", "mark": "bar", "x": "method", "y": ACCURACY}


@pytest.fixture
def results():
    values = {("score", "table", "accuracy"): VALUES.ravel(), ("score", "table", "loss"): -VALUES.ravel()}
    return rehearsed({"score": whole_stage("score", (METHOD, TASK, SEED))}, values)


@pytest.mark.parametrize("statistic", ["median", "iqm"])
@pytest.mark.parametrize("cluster", [None, "task"])
def test_tables_and_figures_have_the_centre_of_all_values_and_its_bootstrap(results, statistic, cluster):
    how = {"statistic": statistic, "cluster": cluster}
    drawn = (TASKS, np.zeros(8, dtype=int)) if cluster else (RUNS, TASKS)
    points = points_of(results, {"y": ACCURACY}, {"x": "method"}, {}, clusters=how)
    table = table_of(TABLE | how, results)
    for number, values in enumerate(VALUES.reshape(2, 8)):
        low, high = bootstrap_interval(values, *drawn, statistic)
        assert points.values["y"][number] == BY_HAND[statistic](values)
        assert points.ends[number].tolist() == [low, high]
        (cell,) = table.blocks[0].rows[number].cells
        assert (cell.mean, cell.num_runs) == (BY_HAND[statistic](values), 8)
        assert cell.half_width == pytest.approx((high - low) / 2)
        assert cell.num_units == (2 if cluster else 4)


def test_what_is_said(results):
    words = "its 95 % bootstrap interval over 4 levels of seed, drawn again within each task"
    note = table_view(table_of(TABLE | {"statistic": "iqm"}, results)).note
    assert f"interquartile mean ± half the width of {words}" in note
    caption = draw(FIGURE | {"statistic": "median"}, results).caption
    assert f"Medians of up to 8 values with {words.replace('its', 'their')}." in caption
    whole = draw(FIGURE | {"statistic": "iqm", "cluster": "task"}, results).caption
    assert "95 % bootstrap interval over 2 levels of task, each with all of its seed." in whole


def test_the_ends_of_an_interval_are_drawn_where_they_are(results):
    figure = draw(FIGURE | {"statistic": "median"}, results)
    (rows,) = json.loads(figure.vega_lite)["datasets"].values()
    low, high = bootstrap_interval(VALUES[0].ravel(), RUNS, TASKS, "median")
    (erm,) = [row for row in rows if row["x"] == "erm"]
    assert (erm["y"], erm["low"], erm["high"]) == (np.median(VALUES[0]), low, high)


def test_files_call_the_column_by_its_name(results):
    names = tidy(table_of(TABLE | {"statistic": "iqm"}, results)).column_names
    assert "iqm" in names
    assert "mean" not in names


def test_the_average_over_columns_is_of_each_runs_mean(results):
    table = table_of(TABLE | {"columns": "task", "statistic": "median"}, results)
    averages = [row.average.mean for row in table.blocks[0].rows]
    # Of ERM's four runs the means over tasks are 2, 3, 4 and 18.5; of CORAL's 3, 5, 7 and 54.
    assert averages == [3.5, 6.0]
    assert "Avg is the median of each run's mean over these very levels of task" in table_view(table).note


def test_several_metrics_each_have_theirs(results):
    both = [ACCURACY, LOSS]
    table = table_of(TABLE | {"columns": "metric", "value": both, "statistic": "iqm"}, results)
    first, second = table.blocks[0].rows[0].cells
    assert (first.mean, second.mean) == (
        BY_HAND["iqm"](VALUES[0].ravel()),
        -BY_HAND["iqm"](VALUES[0].ravel()),
    )
    assert table.statistic == "iqm"
    figure = draw(FIGURE | {"y": both, "color": "metric", "statistic": "iqm"}, results)
    (rows,) = json.loads(figure.vega_lite)["datasets"].values()
    assert all(row["low"] <= row["y"] <= row["high"] for row in rows)


def test_a_cell_without_values_has_none(results):
    values = VALUES.copy()
    values[0] = np.nan
    found = rehearsed(
        {"score": whole_stage("score", (METHOD, TASK, SEED))},
        {("score", "table", "accuracy"): values.ravel()},
    )
    cell = table_of(TABLE | {"statistic": "iqm"}, found).blocks[0].rows[0].cells[0]
    assert np.isnan(cell.mean)
    assert (cell.num_runs, cell.num_missing) == (0, 8)


def test_the_compiler_knows_the_statistics_of_claims():
    assert get_args(Statistic) == STATISTICS
