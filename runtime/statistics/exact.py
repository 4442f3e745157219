"""Exact tests of what is right or wrong in each example, for one model, or two on the same examples."""

import math

import numpy as np
from scipy import stats

from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.sign_flip import Tested


def mcnemar(differences: np.ndarray) -> Tested:
    """Whether one of two models is right more often, of examples that are independent.

    McNemar 1947, "Note on the Sampling Error of the Difference between Correlated Proportions or Percentages"
    (Psychometrika 12), exactly: of the examples in which just one is right, either is in half.
    Differs from the paper: the binomial distribution in place of its approximation.

    Args:
        differences: 1 where the first alone is right, -1 where the second is, else 0, [num_examples].
    """
    first, second = int((differences > 0).sum()), int((differences < 0).sum())
    number = first + second
    above, below = (float(stats.binom.sf(count - 1, number, 0.5)) for count in (first, second))
    method = f"McNemar's exact test: the first alone is right in {first} examples, the second in {second}"
    return Tested(above, below, 2.0 ** -len(differences), method)


def binomial(values: np.ndarray, null: float) -> tuple[Tested, Ends]:
    """Whether a share of independent examples is a number, and the shares that this does not exclude.

    Clopper & Pearson 1934, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial"
    (Biometrika 26).
    Differs from the paper: nothing.

    Args:
        values: 1 or 0, [num_examples].
        null: between 0 and 1.
    """
    number, count = len(values), int(values.sum())
    above, below = (
        float(stats.binom.sf(count - 1, number, null)),
        float(stats.binom.cdf(count, number, null)),
    )
    smallest = min(null**number, (1 - null) ** number)

    def ends(level: float) -> tuple[float, float]:
        low = 0.0 if count == 0 else float(stats.beta.ppf(level, count, number - count + 1))
        high = 1.0 if count == number else float(stats.beta.isf(level, count + 1, number - count))
        return low, high

    return Tested(above, below, smallest, f"the binomial distribution of {count} of {number}"), ends


def is_right_or_wrong(values: np.ndarray) -> bool:
    """Whether values are ones and zeros."""
    return bool(np.isin(values, (0.0, 1.0)).all()) and math.isfinite(float(values.sum()))
