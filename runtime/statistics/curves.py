"""Least-squares curves over numbers: their columns, coefficients, goodness and turning point."""

from typing import Literal

import numpy as np

Curve = Literal["power-law", "log-linear", "quadratic", "inverted-u", "u"]
Form = Literal["linear", "log-linear", "power-law", "power-law-offset", "quadratic"]
OF_LOGARITHMS: tuple[Curve, ...] = ("power-law", "log-linear")
PARAMETER = {
    "linear": "slope",
    "power-law-offset": "exponent",
    "power-law": "exponent",
    "log-linear": "slope per unit of the logarithm",
    "quadratic": "curvature",
}


def basis(curve: Curve | Form, along: np.ndarray) -> np.ndarray:
    """The columns of a fit, [num_levels, num_coefficients]; the places are centred for precision.

    Raises:
        ValueError: no level is left to judge the fit by.
    """
    found = len(np.unique(along))
    if found < fewest_levels(curve):
        raise ValueError(f"a fit of `{curve}` needs {fewest_levels(curve)} levels, it has {found}")
    return np.vander(along - along.mean(), num_coefficients(curve), increasing=True)


def fewest_levels(curve: Curve | Form) -> int:
    """One more than the curve has coefficients, so that something is left to judge the fit by."""
    return num_coefficients(curve) + 1


def num_coefficients(curve: Curve | Form) -> int:
    """How many coefficients a curve has."""
    return 2 if curve in ("linear", "power-law", "log-linear") else 3


def coefficients(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The coefficients over the last dimension, [..., num_coefficients]; NaN where any value is."""
    return values @ np.linalg.pinv(design).T


def r_squared(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The share of the variance over the last dimension that the fit explains; 1 where there is none."""
    return share_explained(values, coefficients(design, values) @ design.T)


def share_explained(values: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """The same of any fit, [..., num_levels]."""
    total = np.square(values - values.mean(axis=-1, keepdims=True)).sum(axis=-1)
    lost = np.square(values - fitted).sum(axis=-1)
    unexplained: np.ndarray = np.divide(lost, total, out=np.zeros_like(total), where=total > 0)
    return 1 - unexplained


def turning_points(design: np.ndarray, values: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Where quadratics turn, on the scale of the fit; infinite for a straight line."""
    fitted = coefficients(design, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        turns: np.ndarray = along.mean() - fitted[..., 1] / (2 * fitted[..., 2])
    return turns
