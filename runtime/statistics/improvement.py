"""How likely a run of one method is to be better than a run of another."""

import numpy as np

from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.interval import CONFIDENCE
from heldout.runtime.statistics.rounding import rounding

DRAWS = 2_000


def wins(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Whether each run of one method is better than each of another, on each task, ties counted as half.

    Args:
        first, second: [..., num_runs]; a NaN is no run.

    Returns:
        [..., num_runs, num_runs], NaN where a run is missing.
    """
    gap = first[..., :, None] - second[..., None, :]
    tie = rounding(first, second)
    return np.where(np.isnan(gap), np.nan, (gap > tie) + 0.5 * (np.abs(gap) <= tie))


def stratified_interval(won: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the mean over tasks, by drawing runs again within each.

    Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
    (arXiv:2108.13264), sections 4.1 and 4.3: percentiles of a bootstrap that is stratified by tasks, which
    are no others than these.
    Differs from the paper: nothing.

    Args:
        won: as `wins` gives it, of whole tasks, [num_tasks, num_runs, num_runs].
    """
    num_tasks, num_first, num_second = won.shape
    rng = numpy_stream(0, "improvement")
    total = np.zeros(DRAWS)
    for task in won:
        rows = rng.multinomial(num_first, np.full(num_first, 1 / num_first), size=DRAWS)
        columns = rng.multinomial(num_second, np.full(num_second, 1 / num_second), size=DRAWS)
        total += ((rows @ task) * columns).sum(axis=1) / (num_first * num_second)
    low, high = np.quantile(total / num_tasks, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
