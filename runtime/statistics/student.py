"""The t test over units: for claims with few clusters, at the price of an assumption."""

import numpy as np
from scipy.stats import ttest_1samp

from heldout.runtime.statistics.centre import Statistic, unit_means
from heldout.runtime.statistics.sign_flip import Tested


def smallest_t_p(num_units: int) -> float:
    """As small as the data say, where there are two units to compute a variance from."""
    return 0.0 if num_units >= 2 else 1.0


def t_test(values: np.ndarray, unit: np.ndarray, statistic: Statistic = "mean") -> Tested:
    """Test whether observations are centred at zero, by Student's t over the units' means.

    Ibragimov & Müller 2010, "t-Statistic Based Correlation and Heterogeneity Robust Inference"
    (Journal of Business & Economic Statistics 28), section 2: one mean a cluster, then the usual
    test. It keeps its level for means that are normal, also when their variances differ, for
    two-sided levels up to 0.083.
    Differs from the paper: nothing.

    A p-value can be as small as the data say, so three clusters can be enough; what is assumed in
    return is that the mean of a unit (over seeds, examples) is close to normal.

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
    if len(means) < 2:
        return Tested(1.0, 1.0, 1.0, "Student's t test needs two units")
    method = f"Student's t test over {len(means)} means"
    if np.ptp(means) <= 1e-12 * np.abs(means).max():  # all equal: no variance, and no doubt
        side = float(means[0])
        return Tested(float(side <= 0), float(side >= 0), 0.0, method)
    greater = float(ttest_1samp(means, 0, alternative="greater").pvalue)
    return Tested(greater, 1 - greater, 0.0, method)
