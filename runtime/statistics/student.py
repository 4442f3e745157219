"""The t test over units: for claims with few clusters, at the price of an assumption."""

import math

import numpy as np
from scipy import stats

from heldout.runtime.statistics.centre import Statistic, unit_means
from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.rounding import rounding
from heldout.runtime.statistics.sign_flip import Tested, sign_flip, sign_flip_ends

FEWEST_UNITS = 3  # two are equal by chance too often, and then say nothing of how they vary


def smallest_t_p(num_units: int) -> float:
    """As small as the data say, where there are units enough to compute a variance from."""
    return 0.0 if num_units >= FEWEST_UNITS else 1.0


def t_test(values: np.ndarray, unit: np.ndarray, statistic: Statistic = "mean") -> Tested:
    """Test whether observations are centred at zero, by Student's t over the units' means.

    Ibragimov & Müller 2010, "t-Statistic Based Correlation and Heterogeneity Robust Inference"
    (Journal of Business & Economic Statistics 28), section 2: one mean a cluster, then the usual
    test. It keeps its level for means that are normal, also when their variances differ, for
    two-sided levels up to 0.083.
    Differs from the paper: means that are all equal are tested by flipping their signs.

    A p-value can be as small as the data say, so three clusters can be enough; what is assumed in
    return is that the mean of a unit (over seeds, examples) is close to normal. A metric that counts
    examples is not where few of them change: two seeds that are each one image better are equal, and
    normal means would then leave no doubt at all. So fewer than three units are not tested, and equal
    ones no more surely than their signs allow: p is 2^-units.

    Args:
        values: observations less the value under the null, [num_observations].
        unit: which unit each is of, from 0, [num_observations].
        statistic: the test is of a mean.

    Raises:
        ValueError: the statistic is not the mean.
    """
    if statistic != "mean":
        raise ValueError(f"the t test is of a mean, not of the {statistic}: write `test: sign-flip`")
    means = unit_means(values, unit)
    if len(means) < FEWEST_UNITS:
        words = f"Student's t test says nothing of fewer than {FEWEST_UNITS} units, and has {len(means)}"
        return Tested(1.0, 1.0, 1.0, words)
    method = f"Student's t test over {len(means)} means"
    if np.ptp(means) <= rounding(values):
        flipped = sign_flip(values, unit)
        return flipped._replace(method=f"{method} has no variance where all are equal; {flipped.method}")
    greater = float(stats.ttest_1samp(means, 0, alternative="greater").pvalue)
    return Tested(greater, 1 - greater, 0.0, method)


def t_ends(values: np.ndarray, unit: np.ndarray, statistic: Statistic = "mean", null: float = 0.0) -> Ends:
    """The interval of the values that the t test does not exclude: Student's t interval of the units' means.

    Unbounded for fewer than three units; of means that are all equal that of their signs.

    Args:
        values, unit, statistic: as `t_test` takes them, without the null subtracted.
        null: the value that a claim is tested against.
    """
    means = unit_means(values, unit)
    if len(means) < FEWEST_UNITS:
        return lambda level: (-math.inf, math.inf)
    if np.ptp(means) <= rounding(values):
        return sign_flip_ends(values, unit, statistic, null)
    middle, error = float(means.mean()), float(means.std(ddof=1)) / math.sqrt(len(means))

    def ends(level: float) -> tuple[float, float]:
        half = float(stats.t.isf(level, len(means) - 1)) * error
        return middle - half, middle + half

    return ends
