"""What fits of curves claim: exponents, slopes, goodness and turning point, with their intervals."""

import math

import numpy as np
from scipy import stats

from heldout.runtime.components.claims.contract import Scale
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.results.numbers import fixed, plain
from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.curves import basis, coefficients, r_squared, turning_points
from heldout.runtime.statistics.fitted_curves import FittedCurve, explained
from heldout.runtime.statistics.interval import CONFIDENCE

RESAMPLES = 1_999


def bent_slopes(
    fitted: np.ndarray, along: np.ndarray, ends: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """The slopes of quadratics at two places."""
    start, end = (fitted[..., 1] + 2 * fitted[..., 2] * (place - along.mean()) for place in ends)
    return start, end


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
    fits: Observations, values: np.ndarray, curve: FittedCurve, along: np.ndarray, scale: Scale, turns: bool
) -> str:
    """R^2 of the mean curve, and its turning point, with intervals, but for a power law with an offset."""
    curves = np.atleast_2d(values[tuple(fits.positions.T)])
    mean = unit_curves(curves, fits.unit).mean(axis=0)
    said = f"R² of the mean curve {fixed(float(explained(curve, along, mean)), 3)}"
    if curve == "power-law-offset":
        return said + "."
    design = basis(curve, along)
    goodness = goodness_interval(design, curves, fits.unit)
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
