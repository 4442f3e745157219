"""The sign test: whether more than a share of independent units lie on one side."""

import math

from scipy import stats

from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.sign_flip import Tested


def sign_test(wins: int, ties: int, num_units: int, share: float = 0.5) -> Tested:
    """Test whether a share of all units that there might be lie above zero, by how many of some do.

    Dixon & Mood 1946, "The Statistical Sign Test" (Journal of the American Statistical Association 41), with
    the exact binomial distribution; other shares than a half as Conover 1999, "Practical Nonparametric
    Statistics", section 3.1. The null is that the share is `share`, or less.
    Differs from the papers: a tie counts against either side, and is not dropped.

    Args:
        wins, ties: units above zero, and at zero.
        num_units: all of them, independent of each other.
        share: under the null, between 0 and 1.
    """
    greater = float(stats.binom.sf(wins - 1, num_units, share))
    less = float(stats.binom.cdf(wins + ties, num_units, share))
    method = f"an exact binomial test of {wins} of {num_units} units against a share of {share:g}"
    return Tested(greater, less, share**num_units, method)


def sign_test_ends(wins: int, ties: int, num_units: int) -> Ends:
    """The shares that the sign test does not exclude, at a level on either side.

    Clopper & Pearson 1934, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial"
    (Biometrika 26).
    """
    above = wins + ties

    def ends(level: float) -> tuple[float, float]:
        if not 0 < level < 1:
            return (0.0, 1.0) if level <= 0 else (math.inf, -math.inf)
        low = float(stats.beta.ppf(level, wins, num_units - wins + 1)) if wins else 0.0
        high = float(stats.beta.isf(level, above + 1, num_units - above)) if above < num_units else 1.0
        return low, high

    return ends
