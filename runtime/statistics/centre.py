"""The centre of many observations: mean, median or interquartile mean."""

from typing import Literal

import numpy as np

Statistic = Literal["mean", "median", "iqm"]


def centre(values: np.ndarray, statistic: Statistic) -> np.ndarray:
    """The centre along the last dimension; NaN marks padding and is left out.

    The interquartile mean (`iqm`) drops int(n / 4) values at each end, as scipy's `trim_mean`.
    Agarwal et al. 2021, "Deep RL at the Edge of the Statistical Precipice" (arXiv:2108.13264),
    section 4, recommends it over the median.
    """
    found: np.ndarray
    if statistic == "mean":
        found = np.nanmean(values, axis=-1)
        return found
    if statistic == "median":
        found = (np.nanmedian if np.isnan(values).any() else np.median)(values, axis=-1)  # which is faster
        return found
    ordered = np.sort(values, axis=-1)  # NaN last
    count = np.sum(~np.isnan(ordered), axis=-1, keepdims=True)
    rank = np.arange(values.shape[-1])
    kept = (rank >= count // 4) & (rank < count - count // 4)
    found = np.where(kept, ordered, 0.0).sum(axis=-1) / kept.sum(axis=-1)
    return found


def unit_means(values: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """The mean of each unit's observations, [num_units]."""
    return np.bincount(unit, weights=values) / np.bincount(unit)


def effect_of(values: np.ndarray, unit: np.ndarray, statistic: Statistic) -> float:
    """The centre of all observations. The mean weighs units equally, the others observations.

    Units differ in size only where observations were dropped: equal weights keep a domain that
    lost a seed from counting less than the others.
    """
    if statistic == "mean":
        return float(np.mean(unit_means(values, unit)))
    return float(centre(values, statistic))
