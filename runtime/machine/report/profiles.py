"""Performance profiles as figures: the share of runs above each score, a line for each method."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from heldout.runtime.machine.report.clusters import drawn_again, units_of
from heldout.runtime.machine.report.encodings import FACETS
from heldout.runtime.machine.report.metrics import metric_label
from heldout.runtime.machine.report.points import Channel, Points, grouped, values_of
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.numbers import listing
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.profile import profile, profile_bands

SHARE = {"metric": "share of runs above"}
SCORES = 101  # places along a profile
DIGITS = 6  # of a score


def points_of_profile(
    results: Results,
    metric: Mapping[str, Any],
    channels: Mapping[str, Channel],
    where: Mapping[str, Any],
    clusters: Mapping[str, Any],
) -> Points:
    """The profiles of a figure, on one axis of scores from the least value that is shown to the greatest.

    A run is a value of a cell. Bands are over the units that intervals of figures are over: runs are drawn
    again within the levels of all that they are of, and levels of a `cluster` whole, with all their values.

    Args:
        metric: whose values are the scores.
        channels: channel -> axis, `group` or field that tells profiles apart.
        where: the part of the grid that is shown.
        clusters: the figure, as `with_clusters` gives it.

    Raises:
        ValueError: an axis or a level that the metric does not have.
    """
    found = values_of(results, metric, channels, where, clusters)
    if not len(found.values):
        return Points(
            dict(zip(channels, found.axes, strict=True)),
            found.keys,
            {"y": found.values},
            found.values,
            1,
            False,
        )
    units = units_of(list(found.others), clusters)
    alone = np.zeros(len(found.values), dtype=int)
    unit, stratum = drawn_again(units, found.others) if found.others else (alone, alone)
    ends = np.linspace(found.values.min(), found.values.max(), SCORES)
    scores = np.unique([float(f"{score:.{DIGITS}g}") for score in ends])
    places, order, cuts = grouped(found.keys)
    shares, low, high = [], [], []
    for rows in np.split(order, cuts):
        shares.append(profile(found.values[rows], scores))
        lower, upper = profile_bands(found.values[rows], scores, unit[rows], stratum[rows])
        low.append(lower)
        high.append(upper)
    bands = np.stack([np.concatenate(low), np.concatenate(high)], axis=-1)
    along = Axis(metric_label(metric), tuple(scores.tolist()))
    positions = np.column_stack(
        [np.tile(np.arange(len(scores)), len(places)), np.repeat(places, len(scores), axis=0)]
    )
    most = max(len(np.unique(unit[rows])) for rows in np.split(order, cuts))
    return Points(
        {"x": along, **dict(zip(channels, found.axes, strict=True))},
        positions,
        {"y": np.concatenate(shares)},
        (bands[:, 1] - bands[:, 0]) / 2,
        max(map(len, np.split(order, cuts))),
        found.oracle,
        units if found.others else None,
        most,
        ends=bands,
    )


def profile_caption(points: Points) -> str:
    """What the figure shows, in words that also serve who cannot see it."""
    apart = [
        axis.label for channel, axis in points.axes.items() if channel in ("color", "shape", "strokeDash")
    ]
    across = [axis.label for channel, axis in points.axes.items() if channel in FACETS]
    told = [f"one line for each {listing(apart)}"] if apart else []
    told += [f"one panel for each {listing(across)}"] if across else []
    score = points.axes["x"].label
    parts = [f"Performance profiles: the share of runs whose {score} is above a score, by that score", *told]
    return f"{', '.join(parts)}. Of up to {points.num_values} runs each, {_bands(points)}."


def _bands(points: Points) -> str:
    units = points.units
    if units is not None and units.axis is None:
        return units.words(points.num_units).replace("no interval", "without bands")
    if units is None or not points.has_interval:
        return "without bands"
    over = units.words(points.num_units, "iqm").replace("bootstrap interval", "bootstrap bands")
    return f"with pointwise {over}"
