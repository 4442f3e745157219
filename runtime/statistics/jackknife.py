"""The jackknife over levels: how sure a mean correlation of several lists over the same levels is."""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from heldout.runtime.statistics.association import Coefficient, correlations, scored
from heldout.runtime.statistics.centre import Statistic, centre
from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.sign_flip import Tested

FEWEST_LEVELS = 4  # a correlation of the three that are left, where one is left out, says something


class Jackknifed(NamedTuple):
    """atanh of a centre of correlations, its standard error, and the levels that it is over."""

    z: float
    error: float
    num_levels: int


def jackknife(
    x: np.ndarray, y: np.ndarray, coefficient: Coefficient, statistic: Statistic = "mean"
) -> Jackknifed | None:
    """The standard error of atanh of the centre of correlations, by leaving out each level in turn.

    Tukey 1958, "Bias and Confidence in Not-Quite Large Samples"; Efron & Stein 1981, "The Jackknife Estimate
    of Variance": error^2 = (n - 1) / n times the sum of squares of the n estimates about their mean.
    Differs from the papers: nothing; a level is left out of all lists at once, which share it, so that
    seeds make the mean surer as far as levels do not differ, and are no further levels.

    Args:
        x, y: the numbers themselves, [num_lists, num_levels].

    Returns:
        None for fewer than four levels, where a list is the same at all levels but one, or where no level
        makes a difference.
    """
    num_levels = x.shape[1]
    if num_levels < FEWEST_LEVELS:
        return None

    def estimate(kept: np.ndarray) -> float:
        each = correlations(scored(x[:, kept], coefficient), scored(y[:, kept], coefficient))
        return math.atanh(max(-1 + 1e-9, min(1 - 1e-9, float(centre(each, statistic)))))

    every = np.arange(num_levels)
    without = np.array([estimate(every != level) for level in every])
    error = math.sqrt((num_levels - 1) * float(without.var()))
    return Jackknifed(estimate(every >= 0), error, num_levels) if error > 1e-9 else None


def smallest_jackknife_p(num_levels: int) -> float:
    """As small as the data say, where there are levels enough to leave one out."""
    return 0.0 if num_levels >= FEWEST_LEVELS else 1.0


def jackknife_test(found: Jackknifed | None, null: float) -> Tested:
    """Test a correlation against any number, by Student's t with a degree less than there are levels."""
    if found is None:
        words = "the jackknife says nothing of fewer than four levels, or where each leaves it as it is"
        return Tested(1.0, 1.0, 1.0, words)
    t = (found.z - math.atanh(null)) / found.error
    greater = float(stats.t.sf(t, found.num_levels - 1))
    method = f"Student's t with the jackknife's error over {found.num_levels} levels"
    return Tested(greater, 1 - greater, 0.0, method)


def jackknife_ends(found: Jackknifed | None) -> Ends | None:
    """The interval of the correlations that `jackknife_test` does not exclude."""
    if found is None:
        return None

    def ends(level: float) -> tuple[float, float]:
        half = float(stats.t.isf(level, found.num_levels - 1)) * found.error
        return math.tanh(found.z - half), math.tanh(found.z + half)

    return ends
