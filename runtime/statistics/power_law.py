"""A power law with an offset, y = a x^b + c, by least squares: the exponent, and what is fitted."""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import elementwise

FEWEST_PLACES = 4  # one more than it has coefficients
FLAT = 1e-3  # a power that is nearer than this to one number at all places but the last is a step
TRIED = 81  # exponents, before the best is refined


class PowerLaw(NamedTuple):
    """Fits of y = a x^b + c, one a list of values.

    Attributes:
        exponent: b, NaN where a value is missing.
        identified: the exponent is no end of those that were tried, and the values are not all equal.
        fitted: what each fit has at each place, [..., num_places].
    """

    exponent: np.ndarray
    identified: np.ndarray
    fitted: np.ndarray


def fit_offset(log_x: np.ndarray, values: np.ndarray, at: np.ndarray | None = None) -> PowerLaw:
    """Fit y = a x^b + c to each list of values by least squares on the values' own scale.

    Golub & Pereyra 1973, "The Differentiation of Pseudo-Inverses and Nonlinear Least Squares Problems Whose
    Variables Separate": for a given b the best a and c are those of a line, so that what is left is a
    function of b alone. It is looked for on a grid and refined (`scipy.optimize.elementwise.find_minimum`).
    Differs from the paper: no derivatives; and x^b is taken as (x^b - 1) / b, whose line is the same, and
    which is log x at b = 0, so that a logarithm lies between falling and rising powers.

    An exponent is tried as far as two places tell its power from a step: beyond, x^b is the same at all
    places but the first (or the last), and any larger exponent fits as well.

    Args:
        log_x: logarithms of the places, [num_places].
        values: [..., num_places].
        at: logarithms of places that the fits are wanted at; those of `log_x` without it.

    Raises:
        ValueError: fewer than three places that differ.
    """
    middle = float(log_x.mean())  # a and c take it up, and large powers stay finite
    log_x, at = log_x - middle, None if at is None else at - middle
    places = np.unique(log_x)
    if len(places) < FEWEST_PLACES - 1:
        raise ValueError(f"a power law with an offset needs three places, got {len(places)}")
    low, high = math.log(FLAT) / (places[1] - places[0]), -math.log(FLAT) / (places[-1] - places[-2])
    lists = values.reshape(-1, values.shape[-1])
    whole = np.isfinite(lists).all(axis=1)
    y = lists[whole]
    centred = y - y.mean(axis=1, keepdims=True)

    def left(exponent: np.ndarray, row: np.ndarray) -> np.ndarray:
        """The share of a list's variance that a fit with this exponent leaves."""
        powers = _powers(log_x, exponent)
        powers = powers - powers.mean(axis=-1, keepdims=True)
        of_list = centred[row]
        explained = np.square((powers * of_list).sum(axis=-1)) / np.square(powers).sum(axis=-1)
        total = np.square(of_list).sum(axis=-1)
        share: np.ndarray = np.divide(explained, total, out=np.zeros_like(total), where=total > 0)
        return 1 - share

    grid = np.linspace(low, high, TRIED)
    rows = np.arange(len(y))
    tried = left(grid[:, None], np.broadcast_to(rows, (TRIED, len(y))))
    best = np.clip(tried.argmin(axis=0), 1, TRIED - 2)
    inside = (tried.argmin(axis=0) == best) & (np.ptp(centred, axis=1) > 1e-9 * np.abs(y).max(axis=1))
    exponent = grid[tried.argmin(axis=0)]
    if inside.any():
        bracket = tuple(grid[best[inside] + step] for step in (-1, 0, 1))
        found = elementwise.find_minimum(left, bracket, args=(rows[inside],))
        exponent[inside] = found.x
    told = np.full(len(lists), np.nan)
    told[whole] = exponent
    identified = np.zeros(len(lists), dtype=bool)
    identified[whole] = inside
    wanted = log_x if at is None else at
    fitted = np.full((len(lists), len(wanted)), np.nan)
    powers, there = _powers(log_x, exponent), _powers(wanted, exponent)
    height = powers.mean(axis=1, keepdims=True)
    slope = ((powers - height) * centred).sum(axis=1) / np.square(powers - height).sum(axis=1)
    fitted[whole] = y.mean(axis=1, keepdims=True) + slope[:, None] * (there - height)
    shape = values.shape[:-1]
    return PowerLaw(told.reshape(shape), identified.reshape(shape), fitted.reshape(*shape, len(wanted)))


def _powers(log_x: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """(x^b - 1) / b of each exponent, [..., num_places]; log x at b = 0."""
    b = exponent[..., None]
    scaled = b * log_x
    near = np.abs(b) < 1e-9
    powers: np.ndarray = np.where(near, log_x, np.expm1(scaled) / np.where(near, 1.0, b))
    return powers
