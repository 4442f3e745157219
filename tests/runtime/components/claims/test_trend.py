import numpy as np
import pytest
from scipy.stats import linregress

from heldout.runtime.components.claims.trend import slopes
from tests.fixtures.claims import as_written

trend = as_written("trend")

LEVELS = {"seed": [0, 1, 2, 3, 4], "angle": [0, 15, 45, 90]}
ANGLES = np.array([0.0, 15.0, 45.0, 90.0])


def scores(slope=-0.004):
    return 0.9 + slope * ANGLES + 0.01 * np.random.default_rng(0).normal(size=(5, 4))


def test_slopes_are_scipys():
    values = scores()
    assert slopes(ANGLES, values) == pytest.approx(
        [linregress(ANGLES, row).slope for row in values], abs=1e-15
    )


def test_decreasing(results_of, metric):
    values = scores()
    found = trend(
        results_of(LEVELS, values), metric=metric, axis="angle", direction="decreasing", pair=["seed"]
    )
    assert found.effect == pytest.approx(
        np.mean([linregress(ANGLES, row).slope for row in values]), abs=1e-12
    )
    assert (found.holds, found.p_claimed, found.p_opposite) == (True, 2**-5, 1.0)
    assert "5 of 5 slopes lie below zero" in found.finding


def test_increasing_is_contradicted_by_the_same_data(results_of, metric):
    found = trend(
        results_of(LEVELS, scores()), metric=metric, axis="angle", direction="increasing", pair=["seed"]
    )
    assert (found.holds, found.p_claimed, found.p_opposite) == (False, 1.0, 2**-5)


def test_the_margin_is_a_steepness(results_of, metric):
    results = results_of(LEVELS, scores())
    steep = trend(results, metric=metric, axis="angle", direction="decreasing", pair=["seed"], margin=0.005)
    assert steep.null == -0.005
    assert (steep.holds, steep.p_opposite) == (False, 2**-5)


def test_scales_by_hand(results_of, metric):
    # Twice as much data, 0.1 more: 0.1 per rank, 0.1 / ln 2 per unit of log.
    results = results_of({"seed": [0], "size": [10, 20, 40]}, [[0.1, 0.2, 0.3]])

    def slope(scale):
        return trend(
            results, metric=metric, axis="size", direction="increasing", pair=["seed"], scale=scale
        ).effect

    assert slope("rank") == pytest.approx(0.1, abs=1e-12)
    assert slope("log") == pytest.approx(0.1 / np.log(2), abs=1e-12)
    # Sizes less their mean -40/3 -10/3 50/3, values -0.1 0 0.1: (4/3 + 5/3) / (4200 / 9) = 27 / 4200.
    assert slope("value") == pytest.approx(27 / 4200, abs=1e-12)


def test_a_slope_needs_every_level(results_of, metric):
    values = scores()
    values[1, 2] = np.nan
    found = trend(
        results_of(LEVELS, values), metric=metric, axis="angle", direction="decreasing", pair=["seed"]
    )
    assert found.missing == ("seed 1",)
    assert found.untested


@pytest.mark.parametrize(
    ("levels", "scale", "message"),
    [
        ({"seed": [0], "size": ["s", "m"]}, "value", "are no numbers: write `scale: rank`"),
        ({"seed": [0], "size": [0, 1]}, "log", "have no logarithm: the smallest is 0"),
        ({"seed": [0, 1], "size": [1]}, "rank", "needs two levels, it has 1"),
    ],
)
def test_levels_that_cannot_be_placed(results_of, metric, levels, scale, message):
    with pytest.raises(ValueError, match=message):
        trend(
            results_of(levels, [0.1, 0.2]),
            metric=metric,
            axis="size",
            direction="increasing",
            pair=["seed"],
            scale=scale,
        )


SIZES = {"axis": "task", "field": "size", "values": {"sort": 10.0, "copy": 1, "swap": 3, "join": 3}}
TASKS = {"seed": [0, 1, 2, 3, 4], "task": ["copy", "sort", "swap", "join"]}


@pytest.mark.parametrize(
    ("scale", "places"),
    [
        ("value", [1, 10, 3, 3]),
        ("log", np.log([1, 10, 3, 3])),
        ("rank", [0, 3, 1.5, 1.5]),  # what is equal shares the mean of its ranks
    ],
)
def test_named_levels_stand_at_a_field_of_theirs(results_of, metric, scale, places):
    values = 0.3 + 0.02 * np.array(places) + 0.01 * np.random.default_rng(0).normal(size=(5, 4))
    results = results_of(TASKS, values)
    found = trend(
        results, metric=metric, axis="task", by=SIZES, direction="increasing", scale=scale, pair=["seed"]
    )
    assert found.effect == pytest.approx(
        np.mean([linregress(places, row).slope for row in values]), abs=1e-12
    )
    assert (found.holds, found.p_claimed) == (True, 2**-5)
    assert "task.size" in found.finding


def test_a_part_of_the_levels_stands_where_it_stands_in_the_whole(results_of, metric):
    values = 0.3 + 0.02 * np.array([1.0, 10.0, 3.0, 3.0]) + np.zeros((5, 1))
    found = trend(
        results_of(TASKS, values), metric=metric, axis="task", by=SIZES, direction="increasing",
        pair=["seed"], where={"task": ["swap", "sort"]},
    )  # fmt: skip
    assert found.effect == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"values": {"copy": 1, "sort": 1, "swap": 1, "join": 1}}, "the values of task.size are all 1"),
        (
            {"values": {"copy": 1, "sort": "ten", "swap": 1, "join": 1}},
            "the values of task.size are no numbers",
        ),
        ({"values": {"copy": 1, "sort": 2}}, "task.size is not known at the level 'swap'"),
        ({"axis": "seed"}, "seed.size is no field of the levels of 'task'"),
    ],
)
def test_a_field_that_places_nothing(results_of, metric, changed, message):
    with pytest.raises(ValueError, match=message):
        trend(
            results_of(TASKS, np.zeros((5, 4))), metric=metric, axis="task", by=SIZES | changed,
            direction="increasing", pair=["seed"],
        )  # fmt: skip
