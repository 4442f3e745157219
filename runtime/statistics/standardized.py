"""The interval of a standardized effect, by inverting the noncentral t distribution."""

import math

from scipy.optimize import brentq
from scipy.special import nctdtr

from heldout.runtime.statistics.interval import CONFIDENCE

LARGEST = 30.0  # beyond a t statistic of this size the noncentral t loses its digits


def standardized_interval(standardized: float | None, num_units: int) -> tuple[float, float] | None:
    """The 95 % interval of Cohen's d of paired differences.

    Steiger & Fouladi 1997, "Noncentrality Interval Estimation and the Evaluation of Statistical
    Models", section on the noncentral t: the effects at which the observed t statistic lies at the
    two ends of its distribution.
    Differs from the paper: nothing. It takes the units' means to be normal.

    Args:
        standardized: mean over standard deviation of the units' means; None where it is undefined.
        num_units: how many means.

    Returns:
        None for fewer than three units or a t statistic above 30, where it would say nothing.
    """
    if standardized is None or num_units < 3:
        return None
    root = math.sqrt(num_units)
    observed = standardized * root
    if abs(observed) > LARGEST:
        return None
    reach = 10 + 2 * abs(observed)

    def end(probability: float) -> float:
        def gap(noncentrality: float) -> float:
            below = float(nctdtr(num_units - 1, noncentrality, observed))
            if math.isnan(below):  # scipy gives up in the far tails, where the answer is known
                below = float(noncentrality < observed)
            return below - probability

        return float(brentq(gap, observed - reach, observed + reach)) / root

    tail = (1 - CONFIDENCE) / 2
    return end(1 - tail), end(tail)
