"""Fits of a figure against numpy, and against curves of which the points are."""

import numpy as np
import pytest

from heldout.runtime.machine.report.line_fits import fitted

X = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
PLACES = [1.5, 3.0, 16.0]


def test_a_line_is_numpys():
    y = np.array([1.0, 3.0, 2.0, 5.0, 4.0])
    slope, intercept = np.polyfit(X, y, 1)
    heights, said = fitted("linear", X, y, PLACES)
    assert heights == pytest.approx(slope * np.array(PLACES) + intercept)
    share = np.corrcoef(X, y)[0, 1] ** 2  # which R² is, of a line
    assert said == f"slope {slope:.3g}, R² {share:.3g}"


def test_a_power_law_with_an_offset_is_found():
    heights, said = fitted("power-law-offset", X, 3 * X**-0.5 + 0.25, PLACES)
    assert heights == pytest.approx(3 * np.array(PLACES) ** -0.5 + 0.25)
    assert said == "exponent −0.5, R² 1"


@pytest.mark.parametrize(
    ("curve", "x", "y", "why"),
    [
        ("power-law-offset", X, np.array([2.0, 1.0, 1.0, 1.0, 1.0]), "is told from a step"),
        ("power-law-offset", X, np.ones(5), "is told from a step"),
        ("power-law-offset", X - 1, X, "0 has no logarithm"),
        ("power-law-offset", X[:3], X[:3], "needs 4 levels, it has 3"),
        ("linear", X[:2], X[:2], "needs 3 levels, it has 2"),
    ],
)
def test_what_cannot_be_fitted_says_why(curve, x, y, why):
    with pytest.raises(ValueError, match=why):
        fitted(curve, x, y, PLACES)
