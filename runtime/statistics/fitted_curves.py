"""Curves of any form fitted to lists of values: what their parameter is, and how near they are."""

from typing import Literal

import numpy as np

from heldout.runtime.statistics.curves import (
    OF_LOGARITHMS,
    Form,
    basis,
    coefficients,
    num_coefficients,
    r_squared,
    share_explained,
)
from heldout.runtime.statistics.power_law import fit_offset
from heldout.runtime.statistics.rounding import ROUNDING

FittedCurve = Literal[Form, "inverted-u", "u"]
LOGARITHMIC = (*OF_LOGARITHMS, "power-law-offset")  # along the logarithm, whatever the scale


def fitted_values(curve: FittedCurve, values: np.ndarray) -> np.ndarray:
    """What a curve is fitted to: logarithms for a power law, without an offset.

    Raises:
        ValueError: a value without a logarithm.
    """
    if curve != "power-law":
        return values
    if (values <= 0).any():
        raise ValueError(f"a power law needs values above zero, the smallest is {np.nanmin(values):g}")
    found: np.ndarray = np.log(values)
    return found


def parameters_of(curve: FittedCurve, along: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The exponent, slope or curvature of each list of values, and the numbers that rounding is told by.

    Args:
        along: the places on the curve's own scale, [num_levels].
        values: as `fitted_values` gives them, [..., num_levels].

    Raises:
        ValueError: too few levels, or an exponent that cannot be identified.
    """
    matrix = basis(curve, along)
    if curve != "power-law-offset":
        return coefficients(matrix, values)[..., -1], coefficient_terms(matrix, values)[..., -1]
    found = fit_offset(along, values)
    whole = np.isfinite(found.exponent)
    lost = int((whole & ~found.identified).sum())
    if lost:
        raise ValueError(
            f"{lost} of {int(whole.sum())} curves do not identify the exponent of a power law with an offset:"
            " they do not vary, or a step fits them as well"
        )
    return found.exponent, found.exponent


def coefficient_terms(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The numbers that the coefficients are sums of, [..., num_levels, num_coefficients]."""
    return values[..., None] * np.linalg.pinv(design).T


def explained(curve: FittedCurve, along: np.ndarray, values: np.ndarray) -> np.ndarray:
    """R^2 of each list of values, as `fitted_values` gives them; 1 where nothing varies, NaN where one is."""
    matrix = basis(curve, along)
    if curve == "power-law-offset":
        shares = share_explained(values, fit_offset(along, values).fitted)
    else:
        shares = r_squared(matrix, values)
    return np.where(np.isfinite(values).all(axis=-1), shares, np.nan)


def unvaried(values: np.ndarray) -> int:
    """How many lists are one number throughout, but for rounding; R^2 says nothing of these."""
    size = np.abs(values).max(axis=-1)
    return int((np.ptp(values, axis=-1) <= ROUNDING * size).sum())  # NaN is not


def left_out_error(curve: FittedCurve, along: np.ndarray, values: np.ndarray) -> np.ndarray:
    """How far a curve is from levels that it was not fitted to: the root of the mean square, [...].

    Stone 1974, "Cross-Validatory Choice and Assessment of Statistical Predictions" (Journal of the Royal
    Statistical Society B 36): each level is left out in turn, levels at one place together. A coefficient
    more is no advantage by itself. A power law is fitted to logarithms, and is as far as its own values are.

    Args:
        values: the metric itself, [..., num_levels].
    """
    fitted = fitted_values(curve, values)
    square = np.zeros(values.shape)
    for place in np.unique(along):
        kept = along != place
        square[..., ~kept] = np.square(
            _predicted(curve, along[kept], fitted[..., kept], along[~kept]) - values[..., ~kept]
        )
    error: np.ndarray = np.sqrt(square.mean(axis=-1))
    return error


def _predicted(curve: FittedCurve, along: np.ndarray, fitted: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The metric that a curve fitted at some places has at others, [..., num_others]."""
    if curve == "power-law-offset":
        return fit_offset(along, fitted, at).fitted
    columns = num_coefficients(curve)
    design, there = (np.vander(one - along.mean(), columns, increasing=True) for one in (along, at))
    found = coefficients(design, fitted) @ there.T
    return np.exp(found) if curve == "power-law" else found
