"""Performance profiles: the share of runs that score above every number, with a bootstrap's bands."""

import numpy as np

from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.improvement import DRAWS
from heldout.runtime.statistics.interval import CONFIDENCE


def profile(values: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The share of values above each score, [num_scores].

    Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
    (arXiv:2108.13264), section 4.2, equation 1: the run-score distribution, in which every run of every
    task counts alike.
    Differs from the paper: nothing.

    Args:
        values: of every run on every task, [num_values].
        scores: [num_scores], in the same unit.
    """
    found: np.ndarray = (values[:, None] > scores).mean(axis=0)
    return found


def profile_bands(
    values: np.ndarray, scores: np.ndarray, unit: np.ndarray, stratum: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The lower and upper end of the 95 % band at each score by itself, [num_scores] each.

    Percentiles of a bootstrap that draws units again within each stratum, as the paper's section 4.3 has it
    of runs within tasks. One stratum alone draws whole units: with them all their values.

    Args:
        values: [num_values].
        scores: [num_scores].
        unit: which of the independent units each value is of, [num_values].
        stratum: within which its unit is drawn, [num_values].

    Returns:
        NaN where no stratum has two units, of which there is nothing to draw.
    """
    rng = numpy_stream(0, "profile")
    above = (values[:, None] > scores).astype(float)
    total, count = np.zeros((DRAWS, len(scores))), np.zeros((DRAWS, 1))
    most = 0
    for one in np.unique(stratum):
        rows = stratum == one
        _, own = np.unique(unit[rows], return_inverse=True)
        num_units = int(own.max()) + 1
        most = max(most, num_units)
        drawn = rng.multinomial(num_units, np.full(num_units, 1 / num_units), size=DRAWS)
        sums = np.zeros((num_units, len(scores)))
        np.add.at(sums, own, above[rows])
        total += drawn @ sums
        count += drawn @ np.bincount(own)[:, None]
    if most < 2:
        return np.full(len(scores), np.nan), np.full(len(scores), np.nan)
    low, high = np.quantile(total / count, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
    return low, high
