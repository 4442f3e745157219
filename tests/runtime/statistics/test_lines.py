import numpy as np
import pytest

from heldout.runtime.statistics.lines import instruments, lines, off_scale, on_scale, recurring

UNIT = np.arange(3)


@pytest.mark.parametrize("scale", ["value", "logit", "probit", "log"])
def test_scales_are_left_as_they_were_entered(scale):
    shares = np.array([0.01, 0.5, 0.9])
    assert off_scale(on_scale(shares, scale), scale) == pytest.approx(shares, abs=1e-12)


@pytest.mark.parametrize(("scale", "value"), [("logit", 1.0), ("logit", 0.0), ("probit", 1.2), ("log", 0.0)])
def test_what_has_no_place_on_a_scale_is_not_finite(scale, value):
    assert not np.isfinite(on_scale(np.array([value]), scale)).any()


def test_instruments_are_averages_of_other_units():
    x = np.array([[1.0, 2.0], [3.0, 6.0], [5.0, 10.0], [7.0, 8.0]])
    # Units {0}, {1, 2} and {3} have the means (1, 2), (4, 8) and (7, 8).
    found = instruments(x, np.array([0, 1, 1, 2]))
    assert found.tolist() == [[5.5, 8.0], [4.0, 5.0], [4.0, 5.0], [2.5, 5.0]]


def test_what_recurs_by_hand():
    # About their means (-1, 0, 1) twice and (0, 0, 0): the others' are (-.5, 0, .5) twice and (-1, 0, 1). Own
    # times others' sums to 1 + 1 + 0, and own squares to 2 + 2 + 0.
    x = np.array([[0.0, 1.0, 2.0], [5.0, 6.0, 7.0], [3.0, 3.0, 3.0]])
    assert recurring(x, UNIT) == 0.5
    assert recurring(x[:2], UNIT[:2]) == 1.0


@pytest.mark.parametrize("line", ["ols", "theil-sen", "instrumental"])
def test_a_line_without_noise_is_found(line):
    x = np.array([[0.0, 1.0, 4.0], [1.0, 2.0, 5.0], [0.5, 1.0, 4.0]])
    slopes, heights = lines(x, 2 * x - 1, line, UNIT)
    assert slopes == pytest.approx([2, 2, 2]) and heights == pytest.approx([-1, -1, -1])


def test_noise_makes_least_squares_flatter_and_instruments_not():
    rng, num_units = np.random.default_rng(0), 4_000
    points = np.array([-1.0, 0.0, 1.0, 2.0])
    x = points + 0.5 * rng.normal(size=(num_units, 4))
    y = points + 0.5 * rng.normal(size=(num_units, 4))
    unit = np.arange(num_units)
    share = recurring(x, unit)
    # The variance of points is 5/3, and that of noise a quarter.
    assert share == pytest.approx((5 / 3) / (5 / 3 + 0.25), abs=0.01)
    # Both metrics have noise: slopes have a standard deviation of about sqrt(2 / 4 / 5) = 0.3, their mean one
    # of 0.005.
    flat, steep = (lines(x, y, line, unit)[0].mean() for line in ("ols", "instrumental"))
    assert share < flat < 1 - 0.03
    assert steep == pytest.approx(1.0, abs=0.03)
