"""Least-squares curves over a numeric axis: their coefficients, goodness and turning point."""

from typing import Literal

import numpy as np

from runtime.claims.interval import CONFIDENCE, resampled_members
from runtime.claims.observations import Observations
from runtime.report.numbers import fixed, plain

Curve = Literal["power-law", "log-linear", "quadratic", "inverted-u", "u"]
PARAMETER = {
    "power-law": "exponent",
    "log-linear": "slope per unit of the logarithm",
    "quadratic": "curvature",
}
RESAMPLES = 1_999


def basis(curve: Curve, along: np.ndarray) -> np.ndarray:
    """The columns of a fit, [num_levels, num_coefficients]; the places are centred for precision.

    Raises:
        ValueError: no level is left to judge the fit by.
    """
    degree = 1 if curve in ("power-law", "log-linear") else 2
    if len(along) < degree + 2:
        raise ValueError(f"a fit of `{curve}` needs {degree + 2} levels, it has {len(along)}")
    return np.vander(along - along.mean(), degree + 1, increasing=True)


def coefficients(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The coefficients over the last dimension, [..., num_coefficients]; NaN where any value is."""
    return values @ np.linalg.pinv(design).T


def bent_slopes(
    fitted: np.ndarray, along: np.ndarray, ends: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """The slopes of quadratics at two places."""
    start, end = (fitted[..., 1] + 2 * fitted[..., 2] * (place - along.mean()) for place in ends)
    return start, end


def r_squared(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The share of the variance over the last dimension that the fit explains; 1 where there is none."""
    residuals = values - coefficients(design, values) @ design.T
    total = np.square(values - values.mean(axis=-1, keepdims=True)).sum(axis=-1)
    lost = np.square(residuals).sum(axis=-1)
    return 1 - np.divide(lost, total, out=np.zeros_like(total), where=total > 0)


def turning_points(design: np.ndarray, values: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Where quadratics turn, on the scale of the fit; infinite for a straight line."""
    fitted = coefficients(design, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        return along.mean() - fitted[..., 1] / (2 * fitted[..., 2])


def resampled_curves(curves: np.ndarray, unit: np.ndarray, resamples: int = RESAMPLES) -> np.ndarray:
    """Mean curves of the hierarchical bootstrap, [resamples, num_levels]: units, then curves within.

    Args:
        curves: [num_curves, num_levels].
        unit: which unit each is of, from 0, [num_curves]. Units weigh equally.
    """
    padded = np.vstack([curves, np.full(curves.shape[1], np.nan)])  # -1 pads
    means = [np.nanmean(padded[member], axis=2).mean(axis=1) for member in resampled_members(unit, resamples)]
    return np.concatenate(means)


def goodness_words(
    fits: Observations, values: np.ndarray, design: np.ndarray, along: np.ndarray, scale: str, turns: bool
) -> str:
    """R^2 of the mean curve, and its turning point, with intervals where there are two units."""
    curves = np.atleast_2d(values[tuple(fits.positions.T)])
    by_unit = [curves[fits.unit == number].mean(axis=0) for number in range(fits.num_units)]
    mean = np.mean(by_unit, axis=0)
    drawn = resampled_curves(curves, fits.unit) if fits.num_units > 1 else None
    said = [f"R² of the mean curve {fixed(float(r_squared(design, mean)), 3)}"]
    if drawn is not None:
        low, high = ends(r_squared(design, drawn))
        said[0] += f" (bootstrap 95 % interval {fixed(low, 3)} to {fixed(high, 3)})"
    if turns:
        back = np.exp if scale == "log" else np.asarray
        said.append(f"it turns at {plain(round_to(back(turning_points(design, mean, along))))}")
        if drawn is not None:
            low, high = ends(back(turning_points(design, drawn, along)))
            said[1] += f" (bootstrap 95 % interval {plain(round_to(low))} to {plain(round_to(high))})"
    return "; ".join(said) + "."


def ends(resampled: np.ndarray) -> tuple[float, float]:
    """The percentile interval of what was resampled."""
    low, high = np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def round_to(value: float) -> float:
    """A number to three significant figures."""
    return float(f"{float(value):.3g}")
