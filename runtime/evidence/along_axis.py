"""Where, along an axis, curves do something: the places of their observations, by side."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from heldout.runtime.evidence.sides import side_text, sides
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.results import Grid
from heldout.runtime.statistics.rounding import rounding


class Curves(NamedTuple):
    """A metric along an axis, by observation and side.

    Attributes:
        axes: of the observations.
        along: the axis of the curves.
        values: [*levels of axes, num_sides, num_levels]; NaN where one is missing.
        exists: the study has it, the same shape.
        oracle: one of them used test labels on purpose.
    """

    axes: tuple[Axis, ...]
    along: Axis
    values: np.ndarray
    exists: np.ndarray
    oracle: bool


def curves(grid: Grid, pair: Sequence[str], along: str, axis: str | None, levels: Sequence[Any]) -> Curves:
    """The curves at some levels of an axis, or cells, averaged over what is neither paired nor named.

    Args:
        grid: of the metric, in the part of the study that is looked at.
        levels: empty for the one curve that each observation is.

    Raises:
        ValueError: an axis or a level that the metric does not have.
    """
    shared = [*pair, along]
    if levels:
        found = sides(grid, shared, axis, levels)
        axes, oracle = found.axes, found.oracle
        values, exists = (np.swapaxes(part, -1, -2) for part in (found.values, found.exists))
    else:
        means = grid.average_to(shared)
        axes, oracle = means.axes, bool(means.oracle.any())
        values, exists = means.values[..., None, :], means.exists[..., None, :]
    return Curves(axes[:-1], axes[-1], values, exists, oracle)


class Located(NamedTuple):
    """Where curves do something, by observation and side.

    Attributes:
        places: [*levels of axes, num_sides]; NaN where a curve lacks a value. One that does it beyond the
            levels that it has, if anywhere, is placed at that end.
        inside: it is seen to do it; the same shape.
        exact: it does it there, and not farther out than the levels that it has; the same shape.
        nearest, farthest: the first and the last of the places at which it does it, where several share it.
    """

    places: np.ndarray
    inside: np.ndarray
    exact: np.ndarray
    nearest: np.ndarray
    farthest: np.ndarray

    def later(self, late: int, early: int) -> np.ndarray:
        """How much farther along one side does it than another; 0 where neither is seen to do it."""
        differences = self.places[..., late] - self.places[..., early]
        neither = ~self.inside[..., late] & ~self.inside[..., early]
        found: np.ndarray = np.where(neither & np.isfinite(differences), 0.0, differences)
        return found

    def farther(self, late: int, early: int, null: float) -> np.ndarray:
        """Which of these differences may be larger than they count for, or smaller where `null` is negative.

        A side that does it beyond an end counts as doing it there, so that the difference is farther from
        zero than it counts for; of two that are not seen to do it nothing is known.
        """
        either = ~self.exact[..., late] | ~self.exact[..., early]
        found: np.ndarray = either & (np.sign(null) * self.later(late, early) >= 0)
        return found & (null != 0)

    def unseen(self, levels: Sequence[Any]) -> str:
        """How many curves of each side are not seen to do it, in words."""
        there = np.isfinite(self.places)
        counts = [
            f"{int((there & ~self.inside)[..., i].sum())} of {int(there[..., i].sum())} curves"
            f" of {side_text(level)}"
            for i, level in enumerate(levels)
        ]
        return " and ".join(counts)


def followed(values: np.ndarray, exists: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The levels from the first to the last that all sides of an observation have, the shape of `exists`.

    One curve that ends before another does is censored there, and so has to be the other: that it does
    something later than the end of the first does not say that the first did it before. What is missing
    stays, wherever it is.

    Args:
        values, exists: [..., num_sides, num_levels].
        places: of the levels, [num_levels].
    """
    first = np.where(exists, places, np.inf).min(axis=-1).max(axis=-1)
    last = np.where(exists, places, -np.inf).max(axis=-1).min(axis=-1)
    within = (places >= first[..., None, None]) & (places <= last[..., None, None])
    kept: np.ndarray = exists & (within | np.isnan(values))
    return kept


def highest_points(values: np.ndarray, exists: np.ndarray, places: np.ndarray) -> Located:
    """Where curves are highest, in the middle of the levels that share the greatest value.

    It is a maximum inside only where both ends lie below it. A curve that is highest at an end is placed
    there, and one that is as high at both in the middle of them.

    Args:
        values: [..., num_levels].
        exists: the levels that a curve has, the same shape.
        places: of the levels, [num_levels].
    """
    lacking = (exists & np.isnan(values)).any(axis=-1) | ~exists.any(axis=-1)
    there = exists & ~lacking[..., None]
    top = np.where(there, values, -np.inf).max(axis=-1, keepdims=True)
    at_top = there & (values >= top - rounding(values))
    (first, last), (low, high) = (
        (
            np.where(which, places, np.inf).min(axis=-1),
            np.where(which, places, -np.inf).max(axis=-1),
        )
        for which in (there, at_top)
    )
    at_first, at_last = low <= first, high >= last
    inside = ~at_first & ~at_last & ~lacking
    with np.errstate(invalid="ignore"):  # of curves that lack a value
        ends = np.where(at_first, np.where(at_last, (first + last) / 2, first), last)
        found = np.where(inside, (low + high) / 2, ends)
    return Located(np.where(lacking, np.nan, found), inside, inside, low, high)


def first_passages(
    values: np.ndarray, exists: np.ndarray, places: np.ndarray, level: float, rising: bool
) -> Located:
    """The first place at which curves have passed a value; those that never do are placed at their last.

    Args:
        values, exists, places: as `highest_points` takes them.
        rising: they pass upwards.
    """
    lacking = (exists & np.isnan(values)).any(axis=-1) | ~exists.any(axis=-1)
    there = exists & ~lacking[..., None]
    tie = rounding(level)
    passed = there & (values >= level - tie if rising else values <= level + tie)
    start = np.where(there, places, np.inf).min(axis=-1)
    last = np.where(there, places, -np.inf).max(axis=-1)
    first = np.where(passed, places, np.inf).min(axis=-1)
    inside = np.isfinite(first)
    found = np.where(lacking, np.nan, np.where(inside, first, last))
    return Located(found, inside, inside & (first > start), found, found)
