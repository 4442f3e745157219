"""The sign-flip test: how often would chance alone have put the effect this far from the null?"""

import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.centre import Statistic, centre, unit_means
from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.rounding import rounding

EXACT_UNITS = 16  # up to 2^16 sign patterns, all are counted
DRAWS = 2**16 - 1  # else so many are drawn
BATCH_NUMBERS = 4_000_000  # held at once
HALVINGS = 9  # of the range of the values, by which an end of an interval is found where there is no formula


class Tested(NamedTuple):
    """One-sided p-values of both sides, the smallest that the test could give, and how it was made."""

    p_greater: float
    p_less: float
    smallest_p: float
    method: str


def smallest_sign_flip_p(num_units: int) -> float:
    """That of one pattern among all; patterns that are drawn give none below it."""
    return 2.0**-num_units


def sign_flip(values: np.ndarray, unit: np.ndarray, statistic: Statistic = "mean") -> Tested:
    """Test whether observations are centred at zero, by flipping the signs of whole units.

    Fisher 1935, "The Design of Experiments", section 21; for clusters, Canay, Romano & Shaikh
    2017, "Randomization Tests under an Approximate Symmetry Assumption" (Econometrica 85).
    Differs from the paper: the p-value counts ties in full and never breaks them at random.

    What is exchangeable. Under the null the two arms of a pair may swap names, so that the sign
    of their difference is a coin toss. Two differences toss *one* coin when they share something
    in which the arms may differ: all seeds of one held-out domain share how well each method suits
    that domain, and five seeds of it are not five independent facts about domains. So signs are
    flipped once a unit: for a claim with `cluster`, a unit is a cluster with all its pairs (seeds
    within it sharpen its mean and are no further evidence); without, every pair is a unit, which
    is right where the claim is about the very domains that were tried and only the randomness of
    training is to be averaged out. For observations that are no differences (a slope, a distance
    from a threshold) the null also assumes that they scatter symmetrically.

    The smallest p-value is 2^-units: four clusters never reach 0.05, five do. Where a study has few
    clusters and many claims, `heldout.runtime.statistics.student` decides with an assumption more.

    Args:
        values: observations less the value under the null, [num_observations].
        unit: which unit each is of, from 0, [num_observations].
        statistic: the mean weighs units equally; median and iqm weigh observations.
    """
    num_units = int(unit.max()) + 1
    tie = rounding(values)
    if statistic == "mean":
        values, unit = unit_means(values, unit), np.arange(num_units)
    observed = float(centre(values, statistic))
    above = below = 1  # the pattern without a change is one of all, drawn or not (Phipson & Smyth 2010)
    for flips in patterns(num_units, len(values)):
        null = centre(np.where(flips[:, unit], -values, values), statistic)
        # Patterns that tie with the observed one differ from it by rounding alone.
        above += int(np.sum(null >= observed - tie))
        below += int(np.sum(null <= observed + tie))
    total = num_patterns(num_units)
    exact = num_units <= EXACT_UNITS
    method = f"signs flipped in {f'all {total}' if exact else f'{DRAWS} random'} patterns"
    if num_units == 1:
        method = "signs flipped in both patterns"
    smallest = smallest_sign_flip_p(num_units) if exact else 1 / total
    return Tested(above / total, below / total, smallest, method)


def num_patterns(num_units: int) -> int:
    """How many patterns of signs a test counts, that without a change among them."""
    return 2**num_units if num_units <= EXACT_UNITS else DRAWS + 1


def patterns(num_units: int, num_values: int) -> Iterator[np.ndarray]:
    """Which units change their sign, but for the pattern in which none does, in batches [batch, num_units].

    Args:
        num_values: that are held for each pattern at once.
    """
    batch, rng = max(1, BATCH_NUMBERS // num_values), numpy_stream(0, "sign-flip")
    for start in range(1, num_patterns(num_units), batch):
        stop = min(start + batch, num_patterns(num_units))
        if num_units <= EXACT_UNITS:
            yield (np.arange(start, stop)[:, None] >> np.arange(num_units) & 1).astype(bool)
        else:
            yield rng.random((stop - start, num_units)) < 0.5


def sign_flip_ends(
    values: np.ndarray, unit: np.ndarray, statistic: Statistic = "mean", null: float = 0.0
) -> Ends:
    """The interval of the values that the sign-flip test does not exclude.

    Hartigan 1969, "Using Subsample Values as Typical Values" (Journal of the American Statistical
    Association 64), Theorem 1: a pattern that flips the units F has a mean at least as far above d as the
    observed one where the mean over F is at most d. So d is not excluded at a level of k patterns where at
    least k means over subsets are at most d, and the lower end is the k-th smallest of these means.
    Differs from the paper: nothing for the mean; of medians and interquartile means, which have no such
    formula, the ends are found by halving to 1/500 of the range of the values, on the far side, and are
    infinite where the farthest value is not excluded.

    Args:
        values, unit, statistic: as `sign_flip` takes them, without the null subtracted.
        null: the value that a claim is tested against; the ends agree with the test of it exactly.
    """
    total = num_patterns(int(unit.max()) + 1)
    if statistic != "mean":
        return _halved(values, unit, statistic, null)
    means = unit_means(values, unit)
    tie = rounding(values)
    # A drawn pattern that flips nothing counts on either side.
    found = [_subset_means(flips, means) for flips in patterns(len(means), len(means))]
    of_subsets = np.sort(np.concatenate(found)) if found else np.array([])
    unflipped = int(np.isnan(of_subsets).sum())  # sorted to the end
    of_subsets = of_subsets[: len(of_subsets) - unflipped]

    def ends(level: float) -> tuple[float, float]:
        place = min(math.floor(level * total + 1e-9) - unflipped, len(of_subsets))
        if place < 1:
            return -math.inf, math.inf
        low, high = float(of_subsets[place - 1]), float(of_subsets[-place])
        return (null if abs(low - null) <= tie else low), (null if abs(high - null) <= tie else high)

    return ends


def _subset_means(flips: np.ndarray, means: np.ndarray) -> np.ndarray:
    """The mean over the units that each pattern flips; NaN where it flips none."""
    count = flips.sum(axis=1)
    sums = flips @ means
    found: np.ndarray = np.divide(sums, count, out=np.full(len(sums), np.nan), where=count > 0)
    return found


def _halved(values: np.ndarray, unit: np.ndarray, statistic: Statistic, null: float) -> Ends:
    """The ends by trying values between the farthest observation and the centre."""
    middle = float(centre(values, statistic))
    reach = float(np.abs(values - middle).max()) or 1.0

    @cache
    def p_of(side: int, tried: float) -> float:
        tested = sign_flip(values - tried, unit, statistic)
        return tested.p_greater if side < 0 else tested.p_less

    def end(side: int, level: float) -> float:
        out, within = middle + side * 1.01 * reach, middle
        if p_of(side, out) > level:
            return side * math.inf
        for number in range(HALVINGS):
            tried = (out + within) / 2
            if number == 0 and side * (out - null) > 0 and side * (null - within) > 0:
                tried = null
            if p_of(side, tried) > level:
                within = tried
            else:
                out = tried
        return out

    return lambda level: (end(-1, level), end(1, level))
