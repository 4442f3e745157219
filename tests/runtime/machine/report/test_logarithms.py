"""Metrics on logarithmic scales: cost against error, and what has no logarithm."""

import json

import numpy as np
import pytest

from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.logarithms import logarithmic
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis

WIDTH, SEED = Axis("width", (1, 10, 100)), Axis("seed", (0, 1), "count")


def metric(name):
    return {"stage": "score", "port": "table", "metric": name}


COST, ERROR, GAIN = metric("cost"), metric("error"), metric("gain")
SCATTER = {"id": "f", "mark": "point", "x": COST, "y": ERROR, "log": ["x", "y"]}


@pytest.fixture
def results():
    """The error is a tenth at ten times the cost; at one width there is no gain, and a loss at another."""
    cost = np.repeat([[2.0], [20.0], [200.0]], 2, axis=1)
    values = {
        ("score", "table", "cost"): cost.ravel(),
        ("score", "table", "error"): (1 / cost).ravel(),
        # Means 0.3, 0 and -0.1 of two runs: with t(1) = 12.7, half the width is 12.7 times 0.1.
        ("score", "table", "gain"): np.array([0.2, 0.4, 0.1, -0.1, -0.2, 0.0]),
    }
    return rehearsed({"score": whole_stage("score", (WIDTH, SEED))}, values)


def channels(figure):
    """What the layers of a figure have for x and y."""
    specification = json.loads(figure.vega_lite)
    (encoding, *_) = (layer["encoding"] for layer in specification["layer"])
    return encoding["x"], encoding["y"]


def test_both_positions_or_one():
    assert logarithmic({"log": ["x", "y"]}) == ("x", "y")
    assert logarithmic({"log": "y"}) == ("y",)
    assert logarithmic({"log": None}) == logarithmic({}) == ()


def test_cost_against_error_with_a_power_law(results):
    figure = draw(SCATTER | {"lines": [{"kind": "fit", "of": "power-law"}]}, results)
    x, y = channels(figure)
    assert (x["scale"]["type"], x["scale"]["domain"]) == ("log", [2.0, 200.0])
    assert (y["scale"]["type"], y["scale"]["domain"]) == ("log", [pytest.approx(0.005), pytest.approx(0.5)])
    assert "exponent −1, R² 1" in figure.caption
    assert "NaN" not in figure.svg


def test_one_position_by_logarithms_and_the_other_as_it_is(results):
    x, y = channels(draw(SCATTER | {"log": "y"}, results))
    assert "type" not in x["scale"]
    assert y["scale"]["type"] == "log"


def test_what_is_not_above_zero_is_left_out_and_told(results):
    figure = draw({"id": "f", "mark": "line", "x": "width", "y": GAIN, "log": ["x", "y"]}, results)
    (rows,) = json.loads(figure.vega_lite)["datasets"].values()
    assert [(row["x"], row["y"]) for row in rows] == [(1, pytest.approx(0.3))]
    assert "2 of 3 points are not above zero and left out" in figure.caption
    # 0.3 - 12.7 * 0.1 is below zero: the band ends where the axis does, at the least number above zero.
    assert figure.caption.endswith("Intervals that reach zero or below end at the edge.")
    x, y = channels(figure)
    assert x["scale"]["type"] == "symlog"  # an axis has a place for 0
    assert y["scale"]["clamp"]
    assert "NaN" not in figure.svg and "Infinity" not in figure.svg


def test_nothing_above_zero_is_no_figure(results):
    declared = {"id": "f", "mark": "line", "x": "width", "y": GAIN, "log": "y", "where": {"width": [10, 100]}}
    with pytest.raises(ValueError, match="none of its values is above zero"):
        draw(declared, results)


def test_lines_are_drawn_where_they_are_above_zero(results):
    constants = [{"kind": "y", "of": 0.05, "label": "good"}, {"kind": "y", "of": -1, "label": "lost"}]
    figure = draw(SCATTER | {"lines": [*constants, {"kind": "fit", "of": "linear"}]}, results)
    assert "good at 0.05" in figure.caption
    assert (
        "lost is not drawn: it is not above zero, and has no place on a logarithmic scale" in figure.caption
    )
    (rows,) = json.loads(figure.vega_lite)["datasets"].values()
    laid = [row for row in rows if row.get("line") == 2]
    assert all(row["y"] > 0 for row in laid) and any(row.get("named") for row in laid)


def test_a_line_beyond_the_points_is_in_the_picture(results):
    _, y = channels(draw(SCATTER | {"lines": [{"kind": "y", "of": 3.0}]}, results))
    assert y["scale"]["domain"] == [pytest.approx(0.005), 3.0]


@pytest.mark.parametrize("mark", ["line", "point", "boxplot"])
def test_one_number_alone_has_a_place(results, mark):
    declared = {"id": "f", "mark": mark, "x": "width", "y": COST, "log": "y", "where": {"width": 10}}
    assert "NaN" not in draw(declared, results).svg
