"""Intervals hold exactly the values that their test does not exclude."""

import math

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics.interval import t_half_width
from heldout.runtime.statistics.over_units import ENDS, TESTS

UNIT = np.repeat(np.arange(7), 2)


def test_t_half_width_is_scipys():
    values = np.random.default_rng(0).normal(size=7)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert t_half_width(values) == pytest.approx((high - low) / 2, rel=1e-12)


def test_one_value_has_no_interval():
    assert np.isnan(t_half_width(np.array([1.0])))


def test_the_t_tests_interval_is_scipys():
    values = np.random.default_rng(0).normal(size=14)
    means = values.reshape(7, 2).mean(axis=1)
    expected = tuple(stats.ttest_1samp(means, 0).confidence_interval(0.98))
    assert ENDS["t"](values, UNIT, "mean", 0.0)(0.01) == pytest.approx(expected)


def test_three_differences_by_hand():
    # Means over subsets of 1, 2 and 6: 1, 1.5, 2, 3, 3.5, 4, 6. At 2 of 8 patterns the second of each end.
    ends = ENDS["sign-flip"](np.array([1.0, 2.0, 6.0]), np.arange(3), "mean", 0.0)
    assert ends(2 / 8) == (1.5, 4.0)
    assert ends(0.2) == (1.0, 6.0)
    assert ends(0.1) == (-math.inf, math.inf)  # no pattern is so rare


@pytest.mark.parametrize("test", ["t", "sign-flip"])
@pytest.mark.parametrize("level", [0.05, 0.2])
def test_values_within_are_not_excluded_and_values_outside_are(test, level):
    values = np.random.default_rng(3).normal(0.4, 1.0, size=14)
    low, high = ENDS[test](values, UNIT, "mean", 0.0)(level)
    step = 0.02 * (high - low)
    for end, side in ((low, -1), (high, 1)):
        inside, outside = (
            TESTS[test](values - at, UNIT, "mean") for at in (end - side * step, end + side * step)
        )
        p_inside, p_outside = (one.p_greater if side < 0 else one.p_less for one in (inside, outside))
        assert p_outside <= level < p_inside


@pytest.mark.parametrize("statistic", ["mean", "median", "iqm"])
@pytest.mark.parametrize("test", ["t", "sign-flip"])
def test_the_null_lies_outside_exactly_where_it_is_rejected(test, statistic):
    if test == "t" and statistic != "mean":
        return
    rng = np.random.default_rng(1)
    for _ in range(40):
        values = rng.integers(-3, 6, size=14).astype(float)  # a lattice, on which the null itself is met
        tested = TESTS[test](values - 0.5, UNIT, statistic)
        low, high = ENDS[test](values, UNIT, statistic, 0.5)(0.05)
        assert (low > 0.5) == (tested.p_greater <= 0.05)
        assert (high < 0.5) == (tested.p_less <= 0.05)


def test_of_many_units_the_same_patterns_are_drawn():
    rng = np.random.default_rng(2)
    for shift in np.linspace(0.1, 0.5, 9):
        values = rng.normal(shift, 1.0, size=30)
        tested = TESTS["sign-flip"](values, np.arange(30), "mean")
        low, _ = ENDS["sign-flip"](values, np.arange(30), "mean", 0.0)(tested.p_greater)
        just_above = ENDS["sign-flip"](values, np.arange(30), "mean", 0.0)(tested.p_greater * (1 - 1e-6))[0]
        assert just_above <= 0 < low


def test_where_all_are_equal_the_interval_is_that_of_their_signs():
    ends = ENDS["t"](np.full(5, 0.25), np.arange(5), "mean", 0.0)
    assert ends(0.05) == (0.25, 0.25)
    assert ends(0.01) == (-math.inf, math.inf)  # five signs are no surer than 1/32
    assert ENDS["t"](np.array([1.0, 2.0]), np.arange(2), "mean", 0.0)(0.05) == (-math.inf, math.inf)
