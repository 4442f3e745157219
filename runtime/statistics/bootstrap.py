"""Percentile intervals of a centre by drawing independent units again."""

import numpy as np

from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.centre import Statistic, centre
from heldout.runtime.statistics.improvement import DRAWS
from heldout.runtime.statistics.interval import CONFIDENCE

MOST_DRAWN = 4_000_000  # values at a time, 32 MB


def bootstrap_interval(
    values: np.ndarray, unit: np.ndarray, stratum: np.ndarray, statistic: Statistic
) -> tuple[float, float]:
    """The 95 % interval of the centre of all values.

    Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
    (arXiv:2108.13264), section 4.3: percentiles of a bootstrap that draws runs again within each task. One
    stratum alone draws whole units: with them all their values.
    Differs from the paper: 2,000 draws in place of 50,000.

    Args:
        values: [num_values].
        unit: which of the independent units each value is of, [num_values].
        stratum: within which its unit is drawn, [num_values].
        statistic: of all values together, each of which counts alike.

    Returns:
        NaN where no stratum has two units, of which there is nothing to draw.
    """
    strata = [_by_unit(values[stratum == one], unit[stratum == one]) for one in np.unique(stratum)]
    if max(map(len, strata)) < 2:
        return float("nan"), float("nan")
    rng = numpy_stream(0, "centre")
    at_once = max(1, MOST_DRAWN // sum(one.size for one in strata))
    found = []
    for begin in range(0, DRAWS, at_once):
        draws = min(at_once, DRAWS - begin)
        drawn = [one[rng.integers(0, len(one), (draws, len(one)))].reshape(draws, -1) for one in strata]
        found.append(centre(np.concatenate(drawn, axis=1), statistic))
    low, high = np.quantile(np.concatenate(found), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _by_unit(values: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """The values of each unit, padded with NaN, [num_units, most_values]."""
    _, own = np.unique(unit, return_inverse=True)
    order = np.argsort(own, kind="stable")
    counts = np.bincount(own)
    place = np.concatenate([np.arange(count) for count in counts])
    padded = np.full((len(counts), counts.max()), np.nan)
    padded[own[order], place] = values[order]
    return padded
