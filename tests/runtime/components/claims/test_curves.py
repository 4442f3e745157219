import numpy as np
import pytest
from scipy import stats

from heldout.runtime.components.claims._curves import (
    bent_slopes,
    goodness_interval,
    resampled_curves,
    turning_interval,
)
from heldout.runtime.statistics.curves import basis, coefficients, r_squared, turning_points

ALONG = np.array([0.0, 1.0, 3.0, 4.0, 7.0])


def test_a_parabola_by_hand():
    # y = (x - 2)^2: turns at 2, slopes 2 (x - 2) = -4 at 0 and 10 at 7.
    values = (ALONG - 2) ** 2
    design = basis("u", ALONG)
    assert turning_points(design, values, ALONG) == pytest.approx(2.0)
    start, end = bent_slopes(coefficients(design, values), ALONG, (0.0, 7.0))
    assert (start, end) == (pytest.approx(-4.0), pytest.approx(10.0))


def test_whole_units_are_drawn_again_and_weigh_equally():
    # Unit 0 is always 1, unit 1 always 3: every mean is 1, 2 or 3, and 2 half of the time.
    curves, unit = np.array([[1.0], [1.0], [1.0], [3.0]]), np.array([0, 0, 0, 1])
    drawn = resampled_curves(curves, unit, 4_000)
    assert set(np.unique(drawn)) == {1.0, 2.0, 3.0}
    assert np.mean(drawn == 2.0) == pytest.approx(0.5, abs=0.04)
    # The variance of a mean of n units drawn again is that of the units, with divisor n, over n.
    curves = np.random.default_rng(0).normal(size=(20, 3))
    found = resampled_curves(curves, np.repeat(np.arange(10), 2), 20_000).var(axis=0)
    assert found == pytest.approx(curves.reshape(10, 2, 3).mean(axis=1).var(axis=0) / 10, rel=0.05)


def test_at_the_ends_of_the_turning_interval_the_slope_is_just_significant():
    rng = np.random.default_rng(0)
    curves = -0.1 * (ALONG - 3) ** 2 + 0.2 * rng.normal(size=(8, 5))
    unit = np.repeat(np.arange(4), 2)
    design = basis("inverted-u", ALONG)
    fitted = coefficients(design, curves.reshape(4, 2, 5).mean(axis=1))
    for end in turning_interval(design, curves, unit, ALONG):
        slopes = fitted[:, 1] + 2 * fitted[:, 2] * (end - ALONG.mean())
        assert stats.ttest_1samp(slopes, 0).pvalue == pytest.approx(0.05, abs=1e-9)


def test_a_curvature_that_may_be_zero_bounds_no_turning_point():
    curves = ALONG + np.random.default_rng(0).normal(size=(4, 5))
    assert turning_interval(basis("u", ALONG), curves, np.arange(4), ALONG) is None


def test_the_goodness_of_a_fit_lies_in_its_interval():
    design = basis("log-linear", ALONG)
    curves = np.sqrt(ALONG) + 0.1 * np.random.default_rng(0).normal(size=(12, 5))
    low, high = goodness_interval(design, curves, np.repeat(np.arange(4), 3))
    assert 0 <= low < r_squared(design, curves.mean(axis=0)) < high <= 1
    assert goodness_interval(design, curves[:1], np.zeros(1, dtype=int)) is None
    exact = np.outer(np.arange(1.0, 4.0), ALONG)
    assert goodness_interval(design, exact, np.arange(3)) == pytest.approx((1.0, 1.0))
