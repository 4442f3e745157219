"""Intervals: of a mean over independent values, and those that are dual to a test."""

from collections.abc import Callable

import numpy as np
from scipy import stats

CONFIDENCE = 0.95  # of tables, figures and what no verdict rests on

Ends = Callable[[float], tuple[float, float]]
"""From a level to the interval of the values that a test does not exclude, at that level on either side.

Lehmann & Romano 2005, "Testing Statistical Hypotheses", section 3.5: a value lies above the lower end where
the one-sided test against it, of a greater effect, has a p-value above the level, and likewise below the
upper end. So each end misses the truth as often as its test errs, both together are an interval of confidence
1 - 2 level, and what a test decides its interval shows. An end is infinite where the test excludes nothing.
"""


def t_half_width(values: np.ndarray) -> float:
    """Half the width of the 95 % t interval of a mean of independent values; NaN for fewer than 2."""
    if len(values) < 2:
        return float("nan")
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1)
    return float(quantile * np.std(values, ddof=1) / np.sqrt(len(values)))
