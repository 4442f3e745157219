import numpy as np
import pytest
from scipy.optimize import curve_fit

from heldout.runtime.statistics.power_law import fit_offset

SIZES = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
NOISE = 0.02 * np.random.default_rng(0).normal(size=(5, 6))


def power_law(x, a, b, c):
    return a * x**b + c


@pytest.mark.parametrize(("a", "b", "c"), [(2.0, -0.7, 0.5), (0.3, 0.4, -1.0)])
def test_fits_are_those_of_a_general_optimizer(a, b, c):
    values = power_law(SIZES, a, b, c) + NOISE
    found = fit_offset(np.log(SIZES), values, np.log([3.0, 64.0]))
    for row, exponent, fitted in zip(values, found.exponent, found.fitted, strict=True):
        expected, _ = curve_fit(power_law, SIZES, row, p0=(a, b, c), maxfev=20_000)
        assert exponent == pytest.approx(expected[1], abs=1e-4)
        assert fitted == pytest.approx(power_law(np.array([3.0, 64.0]), *expected), abs=1e-4)
    assert found.identified.all()


def test_a_power_law_is_found_as_it_is():
    places = np.array([1e3, 1e4, 1e5, 1e6])
    found = fit_offset(np.log(places), power_law(places, 5.0, -0.34, 1.7))
    assert found.exponent == pytest.approx(-0.34, abs=1e-6)
    # Of three places, which three coefficients meet exactly, the fourth is foretold.
    found = fit_offset(np.log(places[:3]), power_law(places[:3], 5.0, -0.34, 1.7), np.log(places))
    assert found.fitted == pytest.approx(power_law(places, 5.0, -0.34, 1.7), abs=1e-6)


def test_a_logarithm_has_exponent_zero():
    found = fit_offset(np.log(SIZES), 3 * np.log(SIZES) + 1)
    assert (found.exponent, bool(found.identified)) == (pytest.approx(0.0, abs=1e-6), True)
    assert found.fitted == pytest.approx(3 * np.log(SIZES) + 1)


def test_steps_and_constants_have_no_exponent():
    first, last = np.array([1.0, 0, 0, 0, 0, 0]), np.array([0, 0, 0, 0, 0, 1.0])
    found = fit_offset(np.log(SIZES), np.array([first, last, np.ones(6)]))
    assert found.identified.tolist() == [False] * 3
    # The farthest that is tried leaves a thousandth of the first step for the second: 2^b = 1 / 1000.
    farthest = np.log(1000) / np.log(2)
    assert found.exponent[:2].tolist() == pytest.approx([-farthest, farthest])
    assert found.fitted[0] == pytest.approx(first, abs=2e-3)


def test_what_is_missing_has_no_fit():
    values = power_law(SIZES, 2.0, -0.7, 0.5) + NOISE[:2]
    values[1, 3] = np.nan
    found = fit_offset(np.log(SIZES), values)
    assert np.isnan(found.exponent).tolist() == [False, True]
    assert found.identified.tolist() == [True, False]
    assert np.isnan(found.fitted[1]).all()


def test_two_places_do_not_bend():
    with pytest.raises(ValueError, match="needs three places, got 2"):
        fit_offset(np.array([0.0, 1.0, 1.0]), np.ones((1, 3)))
