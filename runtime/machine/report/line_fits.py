"""Curves fitted to the points of a figure, by the least squares of the claim `fit`."""

from collections.abc import Sequence

import numpy as np

from heldout.runtime.results.numbers import MINUS
from heldout.runtime.statistics.curves import basis, coefficients, r_squared, share_explained, turning_points
from heldout.runtime.statistics.fitted_curves import LOGARITHMIC, FittedCurve
from heldout.runtime.statistics.power_law import fit_offset


def fitted(
    curve: FittedCurve, x: np.ndarray, y: np.ndarray, places: Sequence[float]
) -> tuple[np.ndarray, str]:
    """A fitted curve at some places, and its parameter in words.

    Args:
        curve: as the claim `fit` has them.
        x, y: of the points, [num_points].
        places: along x.

    Raises:
        ValueError: too few places, numbers without a logarithm, or an exponent that nothing identifies.
    """
    logarithms = curve in LOGARITHMIC
    if logarithms and x.min() <= 0:
        raise ValueError(f"{x.min():g} has no logarithm")
    if curve == "power-law" and y.min() <= 0:
        raise ValueError(f"a power law needs values above zero, the smallest is {y.min():g}")
    along, at = (np.log(one) if logarithms else np.asarray(one) for one in (x, places))
    values = np.log(y) if curve == "power-law" else y
    design = basis(curve, along)
    if curve == "power-law-offset":
        found = fit_offset(along, values)
        if not found.identified:
            raise ValueError("no exponent of a power law with an offset is told from a step")
        goodness = float(share_explained(values, found.fitted))
        heights = fit_offset(along, values, at).fitted
        return heights, f"exponent {_short(float(found.exponent))}, R² {_short(goodness)}"
    coefficient = coefficients(design, values)
    heights = np.vander(at - along.mean(), design.shape[1], increasing=True) @ coefficient
    if curve == "power-law":
        parameter, heights = f"exponent {_short(coefficient[1])}", np.exp(heights)
    elif curve == "log-linear":
        parameter = f"slope {_short(coefficient[1])} per unit of the logarithm"
    elif curve == "linear":
        parameter = f"slope {_short(coefficient[1])}"
    else:
        parameter = f"turning at {_short(float(turning_points(design, values, along)))}"
    return heights, f"{parameter}, R² {_short(float(r_squared(design, values)))}"


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", MINUS)
