"""The interval of an effect: Student's t for few units, a hierarchical bootstrap for many."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from runtime.claims.centre import Statistic, centre, unit_means
from runtime.randomness import numpy_stream

CONFIDENCE = 0.95
FEW_UNITS = 20  # a percentile bootstrap of fewer is too narrow
RESAMPLES = 9_999
BATCH_NUMBERS = 4_000_000


class Interval(NamedTuple):
    low: float
    high: float
    method: str


def t_half_width(values: np.ndarray) -> float:
    """Half the width of the 95 % t interval of a mean of independent values; NaN for fewer than 2."""
    if len(values) < 2:
        return float("nan")
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1)
    return float(quantile * np.std(values, ddof=1) / np.sqrt(len(values)))


def interval(values: np.ndarray, unit: np.ndarray, statistic: Statistic = "mean") -> Interval | None:
    """The 95 % interval of the centre of observations that come in units; None for one unit.

    Args:
        values: observations, [num_observations].
        unit: which unit each is of, from 0, [num_observations].
        statistic: a mean of few units has a t interval over the units' means, all else a
            percentile interval of the hierarchical bootstrap.
    """
    num_units = int(unit.max()) + 1
    if num_units < 2:
        return None
    if statistic == "mean" and num_units < FEW_UNITS:
        means = unit_means(values, unit)
        half = t_half_width(means)
        middle = float(means.mean())
        return Interval(middle - half, middle + half, f"Student's t over {num_units} means")
    resampled = hierarchical_bootstrap(values, unit, statistic)
    low, high = np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high), f"bootstrap of {RESAMPLES} resamples")


def hierarchical_bootstrap(
    values: np.ndarray, unit: np.ndarray, statistic: Statistic, resamples: int = RESAMPLES
) -> np.ndarray:
    """The centre of resamples: units drawn with replacement, then observations within each.

    Davison & Hinkley 1997, "Bootstrap Methods and their Application", section 3.8, first strategy,
    both stages with replacement.
    Differs from the paper: nothing. The within-unit stage adds a little variance that the units'
    means already carry, so the interval errs on the wide side.

    Returns:
        [resamples]. With one observation a unit it is the ordinary bootstrap.
    """
    sizes = np.bincount(unit)
    num_units, largest = len(sizes), int(sizes.max())
    member = np.zeros((num_units, largest), dtype=np.int64)
    for number in range(num_units):
        member[number, : sizes[number]] = np.flatnonzero(unit == number)
    rng = numpy_stream(0, "hierarchical-bootstrap")
    batch = max(1, BATCH_NUMBERS // (num_units * largest))
    centres = []
    for start in range(0, resamples, batch):
        drawn = rng.integers(0, num_units, (min(batch, resamples - start), num_units))
        size = sizes[drawn][..., None]
        place = (rng.random((*drawn.shape, largest)) * size).astype(np.int64)
        resample = values[member[drawn[..., None], place]]
        resample = np.where(np.arange(largest) < size, resample, np.nan)
        if statistic == "mean":
            centres.append(np.nanmean(resample, axis=-1).mean(axis=-1))
        else:
            centres.append(centre(resample.reshape(len(drawn), -1), statistic))
    return np.concatenate(centres)
