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
