"""How much runs scatter, and how their scatter at two levels is held against each other."""

from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import stats

from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.over_units import UnitTest
from heldout.runtime.statistics.sign_flip import patterns, smallest_sign_flip_p
from heldout.runtime.statistics.student import smallest_t_p

Scatter = Literal["mean-deviation", "standard-deviation", "interquartile-range"]
EXACT_RUNS = 10  # of more, sign flips are taken to find what the t test finds
DRAWS = 1_000
GREATEST = 1e3  # factor that is looked for


def scatter_of(values: np.ndarray, scatter: Scatter) -> np.ndarray:
    """The scatter along the last dimension; NaN where any value is.

    `mean-deviation` is the mean absolute deviation from the median, `standard-deviation` that of a sample,
    `interquartile-range` the distance of the quartiles, by linear interpolation.
    """
    found: np.ndarray
    if scatter == "mean-deviation":
        found = deviations(values).mean(axis=-1)
    elif scatter == "standard-deviation":
        found = values.std(axis=-1, ddof=1)
    else:
        low, high = np.quantile(values, [0.25, 0.75], axis=-1)
        found = high - low
    return found


def deviations(values: np.ndarray) -> np.ndarray:
    """Absolute deviations from the median along the last dimension; NaN marks a run that is none of it."""
    ordered = np.sort(values, axis=-1)  # NaN last
    count = np.isfinite(values).sum(axis=-1, keepdims=True)
    lower, upper = (
        np.take_along_axis(ordered, np.maximum(place, 0), axis=-1) for place in ((count - 1) // 2, count // 2)
    )
    found: np.ndarray = np.abs(values - (lower + upper) / 2)
    return found


def excess(wide: np.ndarray, narrow: np.ndarray, factor: float) -> np.ndarray:
    """By how much each run deviates more on one side than `factor` times what it does on the other.

    If the sides differ by the factor alone, a run's two deviations, one of them times the factor, may swap
    names; what both sides deviate on the average, by which they are divided so that settings of any scale
    weigh alike, stays what it is. So the signs of these differences are exchangeable, but for the medians,
    which are estimated.

    Args:
        wide, narrow: deviations of one side and of the other, [..., num_runs]; NaN in the same places.

    Returns:
        the same shape; 0 where neither side deviates at all.
    """
    count = np.maximum(np.isfinite(wide).sum(axis=-1, keepdims=True), 1)
    both = np.nansum(wide + factor * narrow, axis=-1, keepdims=True) / count
    found: np.ndarray = (wide - factor * narrow) / np.where(both > 0, both, 1.0)
    return found


def smallest_exchange_p(num_runs: int) -> float:
    """The smallest p-value of exchanging deviations of one setting, by its runs.

    Of an odd number one is the median of its side and deviates not at all, so that to exchange it never makes
    the difference of both sides smaller.
    """
    return smallest_sign_flip_p(num_runs) * (2 if num_runs % 2 else 1)


@lru_cache(maxsize=64)
def detectable_factor(num_runs: int, alpha: float, test: UnitTest, power: float) -> float | None:
    """The factor between the scatter of two sides, normal runs of one setting, that a test of runs finds.

    Args:
        alpha: one-sided, after whatever correction.
        test: `t`, or `sign-flip`, which of more than 10 runs is taken to be as strong.
        power: the probability with which it is found.

    Returns:
        None where no factor up to 1,000 would be found.
    """
    smallest = smallest_exchange_p(num_runs) if test == "sign-flip" else smallest_t_p(num_runs)
    if smallest > alpha:
        return None
    drawn = deviations(numpy_stream(0, "power").normal(size=(2, DRAWS, num_runs)))
    exact = test == "sign-flip" and num_runs <= EXACT_RUNS
    flips = np.concatenate([np.zeros((1, num_runs)), *(patterns(num_runs, num_runs) if exact else ())])

    def found_at(factor: float) -> float:
        found = excess(factor * drawn[0], drawn[1], 1.0)
        if exact:
            p = (found @ flips.T <= 1e-9).mean(axis=1)
        else:
            p = stats.ttest_1samp(found, 0, axis=1, alternative="greater").pvalue
        return float((p <= alpha).mean())

    low, high = 1.0, GREATEST
    if found_at(high) < power:
        return None
    while high > 1.005 * low:
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if found_at(middle) < power else (low, middle)
    return high
