"""Least-squares curves over a numeric axis: their coefficients, goodness and turning point."""

import math
from typing import Literal

import numpy as np
from scipy import stats

from heldout.runtime.components.claims.contract import Scale
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.results.numbers import fixed, plain
from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.interval import CONFIDENCE

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
    found = len(np.unique(along))
    if found < fewest_levels(curve):
        raise ValueError(f"a fit of `{curve}` needs {fewest_levels(curve)} levels, it has {found}")
    return np.vander(along - along.mean(), _coefficients(curve), increasing=True)


def fewest_levels(curve: Curve) -> int:
    """One more than the curve has coefficients, so that something is left to judge the fit by."""
    return _coefficients(curve) + 1


def _coefficients(curve: Curve) -> int:
    return 2 if curve in ("power-law", "log-linear") else 3


def coefficients(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The coefficients over the last dimension, [..., num_coefficients]; NaN where any value is."""
    return values @ np.linalg.pinv(design).T


def coefficient_terms(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The numbers that the coefficients are sums of, [..., num_levels, num_coefficients]."""
    return values[..., None] * np.linalg.pinv(design).T


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
    unexplained: np.ndarray = np.divide(lost, total, out=np.zeros_like(total), where=total > 0)
    return 1 - unexplained


def turning_points(design: np.ndarray, values: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Where quadratics turn, on the scale of the fit; infinite for a straight line."""
    fitted = coefficients(design, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        turns: np.ndarray = along.mean() - fitted[..., 1] / (2 * fitted[..., 2])
    return turns


def resampled_curves(curves: np.ndarray, unit: np.ndarray, resamples: int = RESAMPLES) -> np.ndarray:
    """Mean curves of resamples of whole units, which weigh equally, [resamples, num_levels].

    Davison & Hinkley 1997, "Bootstrap Methods and their Application", section 3.8, without drawing again
    within units.

    Args:
        curves: [num_curves, num_levels].
        unit: which unit each is of, from 0, [num_curves].
    """
    means = unit_curves(curves, unit)
    drawn = numpy_stream(0, "bootstrap").integers(0, len(means), (resamples, len(means)))
    weights = np.stack([(drawn == number).sum(axis=1) for number in range(len(means))], axis=1)
    resampled: np.ndarray = weights @ means / len(means)
    return resampled


def unit_curves(curves: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """The mean curve of each unit, [num_units, num_levels]."""
    return np.array([curves[unit == number].mean(axis=0) for number in range(int(unit.max()) + 1)])


def goodness_interval(design: np.ndarray, curves: np.ndarray, unit: np.ndarray) -> tuple[float, float] | None:
    """The 95 % interval of R^2 of the mean curve; None for one unit.

    A t interval of atanh R with the standard error of a bootstrap of whole units: the bootstrap's own
    percentiles are too narrow for a few units, and noise shifts them downwards.
    """
    num_units = int(unit.max()) + 1
    if num_units < 2:
        return None

    def transformed(values: np.ndarray) -> np.ndarray:
        z: np.ndarray = np.arctanh(np.sqrt(np.clip(r_squared(design, values), 0, 1 - 1e-12)))
        return z

    error = float(transformed(resampled_curves(curves, unit)).std()) * math.sqrt(num_units / (num_units - 1))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, num_units - 1)) * error
    middle = float(transformed(unit_curves(curves, unit).mean(axis=0)))
    return math.tanh(max(0.0, middle - half)) ** 2, math.tanh(middle + half) ** 2


def turning_interval(
    design: np.ndarray, curves: np.ndarray, unit: np.ndarray, along: np.ndarray
) -> tuple[float, float] | None:
    """The 95 % interval of where the mean quadratic turns; None where it is not bounded.

    Fieller 1954, "Some Problems in Interval Estimation": the places at which the slope, b + 2 c x, does
    not differ from zero by a t test over the units' mean curves. Lind & Mehlum 2010 recommend it for
    turning points. It is not bounded where the curvature may be zero.
    Differs from the paper: nothing.
    """
    fitted = coefficients(design, unit_curves(curves, unit))
    num_units = len(fitted)
    if num_units < 2:
        return None
    slope, bend = fitted[:, 1], 2 * fitted[:, 2]
    factor = float(stats.t.ppf((1 + CONFIDENCE) / 2, num_units - 1)) ** 2 / num_units
    (slopes, both), (_, bends) = np.cov(slope, bend)
    # (mean b + x mean c)^2 <= factor var(b + x c), a quadratic in x.
    a = bend.mean() ** 2 - factor * bends
    b = slope.mean() * bend.mean() - factor * both
    c = slope.mean() ** 2 - factor * slopes
    if a <= 0:
        return None
    root = math.sqrt(max(0.0, b * b - a * c))
    return float(along.mean() + (-b - root) / a), float(along.mean() + (-b + root) / a)


def goodness_words(
    fits: Observations, values: np.ndarray, design: np.ndarray, along: np.ndarray, scale: Scale, turns: bool
) -> str:
    """R^2 of the mean curve, and its turning point, with their intervals."""
    curves = np.atleast_2d(values[tuple(fits.positions.T)])
    mean = unit_curves(curves, fits.unit).mean(axis=0)
    goodness = goodness_interval(design, curves, fits.unit)
    said = f"R² of the mean curve {fixed(float(r_squared(design, mean)), 3)}"
    if goodness is not None:
        said += f" (95 % interval {fixed(goodness[0], 3)} to {fixed(goodness[1], 3)})"
    if not turns:
        return said + "."
    back = np.exp if scale == "log" else np.asarray
    said += f"; it turns at {shortened(back(turning_points(design, mean, along)))}"
    found = turning_interval(design, curves, fits.unit, along)
    if found is None:
        return said + " (no bounded interval)."
    low, high = (shortened(back(np.float64(end))) for end in found)
    return f"{said} (95 % interval {low} to {high})."


def shortened(value: np.ndarray) -> str:
    """A number with three significant figures."""
    return plain(float(f"{float(value):.3g}"))
