"""What floating point alone can make of numbers that are equal."""

import numpy as np

ROUNDING = 1e-9  # of the largest number at hand; float64 has 16 digits, and thousands of sums keep 12 of them


def rounding(*numbers: np.ndarray | float) -> float:
    """The distance up to which numbers of this size are taken to be equal, in their own unit.

    15/20 - 14/20 is 0.05000000000000004 in floating point, and does not exceed a margin of 0.05. Every
    comparison of a claim with a margin, a threshold or another number goes by this distance, so that what
    is equal on paper is a tie. What is computed from numbers keeps their rounding and not its own: give
    the numbers that a difference is of, and not the difference alone.

    Args:
        numbers: what is compared, or what that was computed from; NaN and infinite ones are passed over.
    """
    sizes = (np.abs(np.asarray(one, dtype=np.float64)) for one in numbers)
    return ROUNDING * max((float(size[np.isfinite(size)].max(initial=0.0)) for size in sizes), default=0.0)


def tied_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0 along the last dimension, the same for numbers that are equal but for rounding.

    A number shares the rank of the next smaller one where they are that close, and so on.
    """
    order = np.argsort(values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    steps = np.diff(ordered, axis=-1) > ROUNDING * np.maximum(
        np.abs(ordered[..., 1:]), np.abs(ordered[..., :-1])
    )
    ranks = np.zeros(values.shape)
    np.put_along_axis(ranks, order[..., 1:], np.cumsum(steps, axis=-1), axis=-1)
    return ranks
