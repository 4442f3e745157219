"""What lost observations may have been: the values that are worst for a claim."""

import itertools
from collections.abc import Iterator

import numpy as np

from heldout.runtime.evidence.observations import Observations

ALL_CORNERS = 8  # units with lost observations, of which every corner is tried: 2^8


def fills(observations: Observations, null: float, all_corners: bool) -> Iterator[Observations]:
    """The observations as they are, then with the lost ones at the ends of where they may have been.

    A lost observation may have been anything that is no farther from `null` than the farthest one seen.
    The largest p-value of a test over what comes out, and the outermost ends of their intervals, hold
    whatever was lost, since the worst case lies at an end:

    - A sign-flip test of a mean weakens as any value moves to the other side: it is weakest with all of
      them there. Of medians and interquartile means the same two ends are tried.
    - Where Student's t is positive, the means of units at which it exceeds a bound are a convex set, and
      so are those at which the lower end of its interval does. Both are smallest at a corner, with each
      unit that lacks something at one of its ends. Of more than 8 such units the corners are tried in
      which those with the greater midpoints are at the upper end and the others at the lower; these are
      enough where the units lack equally much.

    Args:
        null: the edge of the claim.
        all_corners: as Student's t needs it, and not only all lost observations at the same end.
    """
    yield observations
    if not len(observations.lost):
        return
    distance = float(np.abs(observations.values - null).max())
    unit = observations.lost_unit
    lacking, place = np.unique(unit, return_inverse=True)
    for upper in _corners(_midpoints(observations, null, lacking)) if all_corners else _ends(len(lacking)):
        yield observations.completed(null + distance * np.where(upper[place], 1.0, -1.0))


def _ends(num_lacking: int) -> Iterator[np.ndarray]:
    yield from (np.full(num_lacking, upper) for upper in (False, True))


def _corners(midpoints: np.ndarray) -> Iterator[np.ndarray]:
    """Which units are at their upper end, for each corner that is tried, [num_lacking]."""
    if len(midpoints) <= ALL_CORNERS:
        yield from (np.array(upper) for upper in itertools.product((False, True), repeat=len(midpoints)))
        return
    rank = np.argsort(np.argsort(-midpoints, kind="stable"), kind="stable")
    yield from (rank < count for count in range(len(midpoints) + 1))


def _midpoints(observations: Observations, null: float, lacking: np.ndarray) -> np.ndarray:
    """The mean of each unit that lacks something, with what it lacks at `null`."""
    middle = observations.completed(np.full(len(observations.lost), null))
    sums, counts = np.bincount(middle.unit, weights=middle.values), np.bincount(middle.unit)
    means: np.ndarray = (sums / counts)[lacking]
    return means
