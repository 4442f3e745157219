"""The sign-flip test: how often would chance alone have put the effect this far from the null?"""

from typing import NamedTuple

import numpy as np
from scipy.stats import permutation_test

from heldout.runtime.randomness import numpy_stream
from heldout.runtime.statistics.centre import Statistic, centre, unit_means
from heldout.runtime.statistics.rounding import rounding

EXACT_UNITS = 16  # up to 2^16 sign patterns, all are counted
DRAWS = 2**16 - 1  # else so many are drawn
BATCH_NUMBERS = 4_000_000  # held at once


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

    def flipped_centre(signs: np.ndarray, axis: int = -1) -> np.ndarray:
        return centre(np.moveaxis(signs, axis, -1)[..., unit] * values, statistic)

    exact = num_units <= EXACT_UNITS
    observed = float(flipped_centre(np.ones(num_units)))
    if num_units == 1:  # the two patterns, which scipy refuses to count
        greater, less = (0.5 if side > tie else 1.0 for side in (observed, -observed))
        return Tested(greater, less, 0.5, "signs flipped in both patterns")
    null = permutation_test(
        (np.ones(num_units),),
        flipped_centre,
        permutation_type="samples",
        vectorized=True,
        n_resamples=2**num_units if exact else DRAWS,
        batch=max(1, BATCH_NUMBERS // len(values)),
        rng=numpy_stream(0, "sign-flip"),
    ).null_distribution
    # Patterns that tie with the observed one differ from it by rounding alone.
    above = int(np.sum(null >= observed - tie))
    below = int(np.sum(null <= observed + tie))
    if exact:
        method = f"signs flipped in all {len(null)} patterns"
        return Tested(above / len(null), below / len(null), smallest_sign_flip_p(num_units), method)
    # The observed pattern counts as one of the draws: else p could be 0 (Phipson & Smyth 2010).
    draws = len(null) + 1
    method = f"signs flipped in {DRAWS} random patterns"
    return Tested((above + 1) / draws, (below + 1) / draws, 1 / draws, method)
