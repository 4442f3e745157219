"""The interval of an effect: Student's t for few units, a hierarchical bootstrap for many."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import stats

from heldout.runtime.randomness import numpy_stream
from heldout.runtime.statistics.centre import Statistic, centre, unit_means

CONFIDENCE = 0.95
FEW_UNITS = 50  # a percentile bootstrap of fewer is too narrow (`python -m benchmarks coverage`)
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
        statistic: with few units, a mean has the t interval of the units' means, and a median or
            interquartile mean a t interval with the standard error of the cluster bootstrap; with
            many, all have the percentile interval of the hierarchical bootstrap.
    """
    num_units = int(unit.max()) + 1
    if num_units < 2:
        return None
    if statistic == "mean" and num_units < FEW_UNITS:
        means = unit_means(values, unit)
        half = t_half_width(means)
        middle = float(means.mean())
        return Interval(middle - half, middle + half, f"Student's t over {num_units} means")
    if num_units < FEW_UNITS:
        half = bootstrap_half_width(values, unit, statistic)
        middle = float(centre(values, statistic))
        return Interval(
            middle - half, middle + half, f"Student's t and bootstrap error over {num_units} units"
        )
    resampled = hierarchical_bootstrap(values, unit, statistic)
    low, high = np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high), f"bootstrap of {RESAMPLES} resamples")


def bootstrap_half_width(values: np.ndarray, unit: np.ndarray, statistic: Statistic) -> float:
    """Half the width of a t interval whose standard error is that of whole units drawn again.

    The variance of a bootstrap of n units is too small by (n - 1) / n: Davison & Hinkley 1997,
    "Bootstrap Methods and their Application", section 2.3.2 for the mean, taken over for the others.
    """
    num_units = int(unit.max()) + 1
    centres = hierarchical_bootstrap(values, unit, statistic, within=False)
    error = float(centres.std()) * math.sqrt(num_units / (num_units - 1))
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, num_units - 1)) * error


def hierarchical_bootstrap(
    values: np.ndarray,
    unit: np.ndarray,
    statistic: Statistic,
    resamples: int = RESAMPLES,
    within: bool = True,
) -> np.ndarray:
    """The centre of resamples: units drawn with replacement, then observations within each.

    Davison & Hinkley 1997, section 3.8.
    Differs from the paper: nothing. Drawing within units adds a little variance that the units'
    means already carry, so the percentile interval errs on the wide side; `within=False` leaves
    it out, and so keeps the variance of the effect.

    Returns:
        [resamples]. With one observation a unit it is the ordinary bootstrap.
    """
    sizes = np.bincount(unit)
    centres = []
    for member in resampled_members(unit, resamples, within):
        resample = np.where(member < 0, np.nan, values[member])
        if statistic == "mean":
            centres.append(np.nanmean(resample, axis=-1).mean(axis=-1))
        elif statistic == "median" and np.ptp(sizes) == 0:  # nothing is padding, and NumPy is faster
            centres.append(np.median(resample.reshape(len(member), -1), axis=-1))
        else:
            centres.append(centre(resample.reshape(len(member), -1), statistic))
    return np.concatenate(centres)


def resampled_members(unit: np.ndarray, resamples: int, within: bool = True) -> Iterator[np.ndarray]:
    """Which observations each resample holds, in batches [batch, num_units, largest unit]; -1 pads."""
    sizes = np.bincount(unit)
    num_units, largest = len(sizes), int(sizes.max())
    members = np.zeros((num_units, largest), dtype=np.int64)
    for number in range(num_units):
        members[number, : sizes[number]] = np.flatnonzero(unit == number)
    rng = numpy_stream(0, "hierarchical-bootstrap")
    batch = max(1, BATCH_NUMBERS // (num_units * largest))
    for start in range(0, resamples, batch):
        drawn = rng.integers(0, num_units, (min(batch, resamples - start), num_units))
        size = sizes[drawn][..., None]
        place = np.broadcast_to(np.arange(largest), (*drawn.shape, largest))
        if within:
            place = (rng.random(place.shape) * size).astype(np.int64)
        found = members[drawn[..., None], np.minimum(place, largest - 1)]
        yield np.where(np.arange(largest) < size, found, -1)
