import numpy as np
import pytest

from heldout.runtime.statistics.curves import basis, coefficients, r_squared

ALONG = np.array([0.0, 1.0, 3.0, 4.0, 7.0])


def test_coefficients_are_numpys():
    values = np.random.default_rng(0).normal(size=(3, 5))
    fitted = coefficients(basis("quadratic", ALONG), values)
    for found, row in zip(fitted, values, strict=True):
        c, b, a = np.polyfit(ALONG - ALONG.mean(), row, 2)
        assert found.tolist() == pytest.approx([a, b, c], abs=1e-12)


def test_goodness_by_hand():
    # A line through 0 0 1 1 at 0 1 2 3: fitted -0.1 0.3 0.7 1.1, residuals 0.1 -0.3 0.3 -0.1:
    # 0.2 of a total of 4 * 0.25 is left.
    places, values = np.arange(4.0), np.array([0.0, 0.0, 1.0, 1.0])
    assert r_squared(basis("log-linear", places), values) == pytest.approx(1 - 0.2 / 1.0)
    assert r_squared(basis("log-linear", places), np.ones(4)) == 1.0


def test_a_level_more_than_coefficients():
    with pytest.raises(ValueError, match="a fit of `quadratic` needs 4 levels, it has 3"):
        basis("quadratic", ALONG[:3])
