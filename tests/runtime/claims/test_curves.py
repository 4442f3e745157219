import numpy as np
import pytest

from runtime.claims.curves import (
    basis,
    bent_slopes,
    coefficients,
    r_squared,
    resampled_curves,
    turning_points,
)
from runtime.claims.interval import hierarchical_bootstrap

ALONG = np.array([0.0, 1.0, 3.0, 4.0, 7.0])


def test_coefficients_are_numpys():
    values = np.random.default_rng(0).normal(size=(3, 5))
    fitted = coefficients(basis("quadratic", ALONG), values)
    for found, row in zip(fitted, values, strict=True):
        c, b, a = np.polyfit(ALONG - ALONG.mean(), row, 2)
        assert found.tolist() == pytest.approx([a, b, c], abs=1e-12)


def test_a_parabola_by_hand():
    # y = (x - 2)^2: turns at 2, slopes 2 (x - 2) = -4 at 0 and 10 at 7.
    values = (ALONG - 2) ** 2
    design = basis("u", ALONG)
    assert turning_points(design, values, ALONG) == pytest.approx(2.0)
    start, end = bent_slopes(coefficients(design, values), ALONG, (0.0, 7.0))
    assert (start, end) == (pytest.approx(-4.0), pytest.approx(10.0))


def test_goodness_by_hand():
    # A line through 0 0 1 1 at 0 1 2 3: fitted -0.1 0.3 0.7 1.1, residuals 0.1 -0.3 0.3 -0.1:
    # 0.2 of a total of 4 * 0.25 is left.
    places, values = np.arange(4.0), np.array([0.0, 0.0, 1.0, 1.0])
    assert r_squared(basis("log-linear", places), values) == pytest.approx(1 - 0.2 / 1.0)
    assert r_squared(basis("log-linear", places), np.ones(4)) == 1.0


def test_resampled_curves_are_the_hierarchical_bootstrap_level_by_level():
    curves = np.random.default_rng(0).normal(size=(7, 3))
    unit = np.array([0, 0, 0, 1, 1, 2, 2])
    drawn = resampled_curves(curves, unit, 500)
    for level in range(3):
        alone = hierarchical_bootstrap(curves[:, level], unit, "mean", 500)
        assert drawn[:, level] == pytest.approx(alone, abs=1e-12)


def test_a_level_more_than_coefficients():
    with pytest.raises(ValueError, match="a fit of `quadratic` needs 4 levels, it has 3"):
        basis("quadratic", ALONG[:3])
