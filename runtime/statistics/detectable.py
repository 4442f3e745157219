"""The effect that a test would find with a given probability, from its units and its level."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.association import Coefficient, fisher_error
from heldout.runtime.statistics.over_units import UnitTest
from heldout.runtime.statistics.sign_flip import smallest_sign_flip_p
from heldout.runtime.statistics.student import smallest_t_p

POWER = 0.8
EXACT_UNITS = 10  # of more, sign flips are taken to find what the t test finds
DRAWS = 4_000
BATCH = 500


@lru_cache(maxsize=256)
def detectable_shift(
    num_units: int, alpha: float, test: UnitTest, within: bool = False, power: float = POWER
) -> float | None:
    """The distance from the edge of a claim that is found with a given probability, by simulation.

    The units' means are normal with standard deviation 1. For a claim of equivalence (`within`) it
    is the margin that is shown with that probability where there is no difference at all.

    Args:
        num_units: independent units of the test.
        alpha: one-sided, after whatever correction.
        test: `t`, or `sign-flip`, which of more than 10 units is taken to be as strong as t: both are
            of the mean, and they agree for many units.
        power: that probability.

    Returns:
        in standard deviations of the units' means; None where no distance would be found.
    """
    smallest = smallest_sign_flip_p(num_units) if test == "sign-flip" else smallest_t_p(num_units)
    if alpha <= 0 or num_units < 2 or smallest > alpha:
        return None
    noise = numpy_stream(0, "power").normal(size=(DRAWS, num_units))
    exact = test == "sign-flip" and num_units <= EXACT_UNITS
    rejects = _flips(noise, alpha) if exact else _student(noise, alpha)

    def found_at(shift: float) -> float:
        found = rejects(1, shift) & rejects(-1, shift) if within else rejects(1, shift)
        return float(found.mean())

    high = 1.0
    while found_at(high) < power:
        high *= 2
        if high > 1e6:
            return None
    low = 0.0
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if found_at(middle) < power else (low, middle)
    return high


Rejects = Callable[[int, float], np.ndarray]


def _student(noise: np.ndarray, alpha: float) -> Rejects:
    """Whether the t test of each draw, its sign changed or not and then moved up, is significant."""
    num_units = noise.shape[1]
    error = noise.std(axis=1, ddof=1) / math.sqrt(num_units)
    critical = float(stats.t.isf(alpha, num_units - 1))
    mean = noise.mean(axis=1)
    return lambda sign, shift: (sign * mean + shift) / error >= critical


def _flips(noise: np.ndarray, alpha: float) -> Rejects:
    """The same for all sign flips: how many patterns have a sum at least as large."""
    num_units = noise.shape[1]
    bits = np.arange(2**num_units)[:, None] >> np.arange(num_units) & 1
    patterns = 1.0 - 2.0 * bits  # the first has no sign changed
    most = math.floor(alpha * len(patterns) + 1e-9)
    sums = patterns.sum(axis=1)

    def rejects(sign: int, shift: float) -> np.ndarray:
        found = []
        for start in range(0, len(noise), BATCH):
            flipped = sign * noise[start : start + BATCH] @ patterns.T + shift * sums
            found.append((flipped >= flipped[:, :1] - 1e-9).sum(axis=1) <= most)
        return np.concatenate(found)

    return rejects


def detectable_correlation(
    num_levels: int,
    alpha: float,
    null: float,
    direction: int,
    coefficient: Coefficient,
    power: float = POWER,
) -> float | None:
    """The correlation that is found with a given probability, by Fisher's transformation.

    Bonett & Wright 2000, as `statistics/association.py` has the standard errors; a permutation test
    of the levels is taken to find the same. None where no correlation would be found.
    """
    wanted = float(stats.norm.isf(alpha)) + float(stats.norm.ppf(power)) if 0 < alpha < 1 else math.inf

    def gap(correlation: float) -> float:
        error = fisher_error(correlation, num_levels, coefficient)
        assert error is not None
        return direction * (math.atanh(correlation) - math.atanh(null)) / error - wanted

    if fisher_error(0.0, num_levels, coefficient) is None or math.isinf(wanted):
        return None
    end = direction * (1 - 1e-9)
    return float(brentq(gap, null, end)) if gap(end) > 0 else None
