"""The numbers of a figure: a metric over the levels that are shown, or two metrics cell by cell."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from heldout.runtime.machine.report.clusters import Units, averaged_axes, drawn_again, units_of
from heldout.runtime.results.level_fields import LevelField, field_name, field_values
from heldout.runtime.results.levels import Axis, is_number, level_text
from heldout.runtime.results.results import Results
from heldout.runtime.results.row_keys import ROW_KEYS
from heldout.runtime.statistics.bootstrap import bootstrap_interval
from heldout.runtime.statistics.centre import Statistic, centre, unit_means
from heldout.runtime.statistics.interval import t_half_width

Channel = str | LevelField  # what a channel shows: an axis, `step`, `group`, or a field of an axis's levels


class Points(NamedTuple):
    """Points of a figure.

    Attributes:
        axes: by channel (x, color, row, …), the axis shown; `step` and `group` are axes here.
        positions: the level of each point on each of these axes, [num_points, num_channels].
        values: by channel, the metrics shown, [num_points].
        half: half-width of the 95 % t interval of a single metric; NaN where there is none.
        num_values: most values that a point is the mean of.
        oracle: some value used test labels on purpose.
        units: what the interval is over; None where nothing is averaged.
        num_units: most units that a point has.
        said: what intervals are over, where it has been said of several metrics.
        ends: of intervals that are not symmetric, [num_points, 2]; `half` is half their width then.
        statistic: what the values are of those that they stand for.
    """

    axes: Mapping[str, Axis]
    positions: np.ndarray
    values: Mapping[str, np.ndarray]
    half: np.ndarray
    num_values: int
    oracle: bool
    units: Units | None = None
    num_units: int = 1
    said: str | None = None
    ends: np.ndarray | None = None
    statistic: Statistic = "mean"

    @property
    def over(self) -> str:
        """What the intervals are over, in words."""
        if self.said is not None:
            return self.said
        return self.units.words(self.num_units, self.statistic) if self.units is not None else "no interval"

    @property
    def has_interval(self) -> bool:
        return bool(np.isfinite(self.half).any())

    def __len__(self) -> int:
        return len(self.half)

    def shown(self, channel: str) -> list[Any]:
        """The levels that some point has, in the axis's order."""
        column = self.positions[:, list(self.axes).index(channel)]
        return [self.axes[channel].levels[i] for i in np.unique(column)]


class Values(NamedTuple):
    """Single values of a metric.

    Attributes:
        axes: that were asked for.
        keys: their levels by value, [num_values, num_axes].
        values: [num_values].
        oracle: some value used test labels on purpose.
        others: the levels on each axis that is not shown, [num_values] each.
        cells: the levels of every cell of the study, with a value or not, [num_cells, num_axes].
        beside: its levels on the axes that are not shown, [num_cells] each.
    """

    axes: list[Axis]
    keys: np.ndarray
    values: np.ndarray
    oracle: bool
    others: Mapping[Axis, np.ndarray]
    cells: np.ndarray
    beside: Mapping[Axis, np.ndarray]


def points_of(
    results: Results,
    metrics: Mapping[str, Mapping[str, Any]],
    channels: Mapping[str, Channel],
    where: Mapping[str, Any],
    every_value: bool = False,
    clusters: Mapping[str, Any] | None = None,
) -> Points:
    """What a figure shows.

    A point is the mean of its units, which weigh equally, and its interval is over them
    (`heldout.runtime.machine.report.clusters`); with a `statistic` of the figure it is that of all values.

    Args:
        metrics: channel -> metric. One is averaged over the axes that are not shown; two are held
            against each other, one point for every cell that both have.
        channels: channel -> axis, or `step` or `group`, or a field of the levels of an axis: those at which
            it is the same are one level then.
        where: the part of the grid shown.
        every_value: keep the single values (of a box plot) in place of their mean.
        clusters: the figure, as `with_clusters` gives it: which levels are independent.

    Raises:
        ValueError: an axis or a level that the metric does not have.
    """
    along = _along(results, channels, where, clusters)
    metrics = {channel: {**metric, "along": along} for channel, metric in metrics.items()}
    fields, names = _fields_and_names(channels)
    if len(metrics) > 1:
        both = _held_against(results, metrics, dict(zip(channels, names, strict=True)), where)
        shown, positions = _by_fields(list(both.axes.values()), both.positions, fields)
        placed = dict(zip(channels, shown, strict=True))
        return Points(placed, positions, both.values, both.half, both.num_values, both.oracle)
    ((channel, metric),) = metrics.items()
    found = _with_fields(_from_grid(results, metric, names, where), fields)
    axes = dict(zip(channels, found.axes, strict=True))
    if every_value or not len(found.values):
        alone = np.full(len(found.values), np.nan)
        return Points(axes, found.keys, {channel: found.values}, alone, 1, found.oracle)
    units = units_of(list(found.others), clusters or {})
    positions, order, ends = grouped(found.keys)
    groups = np.split(found.values[order], ends)
    statistic: Statistic = (clusters or {}).get("statistic") or "mean"
    if statistic != "mean":
        return _of_statistic(found, units, channel, axes, statistic)
    if units.axis is None:
        means = [group.mean(keepdims=True) for group in groups]
    else:
        levels = np.split(found.others[units.axis][order], ends)
        means = [level_means(group, level) for group, level in zip(groups, levels, strict=True)]
    return Points(
        axes,
        positions,
        {channel: np.array([one.mean() for one in means])},
        np.array([t_half_width(one) for one in means]),
        max(map(len, groups)),
        found.oracle,
        units if found.others else None,
        max(map(len, means)),
    )


def _of_statistic(
    found: Values, units: Units, channel: str, axes: Mapping[str, Axis], statistic: Statistic
) -> Points:
    """Points that are the median or the interquartile mean of all their values, which count alike."""
    positions, order, cuts = grouped(found.keys)
    alone = np.zeros(len(found.values), dtype=int)
    unit, stratum = drawn_again(units, found.others) if found.others else (alone, alone)
    rows = np.split(order, cuts)
    ends = np.array(
        [bootstrap_interval(found.values[at], unit[at], stratum[at], statistic) for at in rows], dtype=float
    )
    return Points(
        axes,
        positions,
        {channel: np.array([float(centre(found.values[at], statistic)) for at in rows])},
        (ends[:, 1] - ends[:, 0]) / 2,
        max(map(len, rows)),
        found.oracle,
        units if found.others else None,
        max(len(np.unique(unit[at])) for at in rows),
        ends=ends,
        statistic=statistic,
    )


def values_of(
    results: Results,
    metric: Mapping[str, Any],
    channels: Mapping[str, Channel],
    where: Mapping[str, Any],
    clusters: Mapping[str, Any] | None = None,
) -> Values:
    """The single values of a metric by what channels show, and what else they differ in (`points_of`)."""
    fields, names = _fields_and_names(channels)
    metric = {**metric, "along": _along(results, channels, where, clusters)}
    return _with_fields(_from_grid(results, metric, names, where), fields)


def grouped(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values of equal keys together: these keys, the values' order, and where each group but the last ends.

    Args:
        keys: [num_values, num_axes].
    """
    positions, which = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    return positions, order, np.cumsum(np.bincount(which.ravel()))[:-1]


def _along(
    results: Results,
    channels: Mapping[str, Channel],
    where: Mapping[str, Any],
    clusters: Mapping[str, Any] | None,
) -> list[str]:
    """The keys of rows that a figure names."""
    named = {one for one in channels.values() if isinstance(one, str)} | where.keys()
    named.add((clusters or {}).get("cluster") or "")
    return [key for key in ROW_KEYS if key in named and key not in results.axes]


def _fields_and_names(channels: Mapping[str, Channel]) -> tuple[list[LevelField | None], list[str]]:
    """The field that each channel shows, or None, and the axis."""
    fields = [None if isinstance(one, str) else one for one in channels.values()]
    return fields, [one if isinstance(one, str) else str(one["axis"]) for one in channels.values()]


def _with_fields(found: Values, fields: Sequence[LevelField | None]) -> Values:
    """Values with fields in place of some axes; its others are those that some mean is over."""
    shown, keys = _by_fields(found.axes, found.keys, fields)
    averaged = averaged_axes(_by_fields(found.axes, found.cells, fields)[1], found.beside)
    others = {axis: found.others[axis] for axis in averaged}
    return found._replace(axes=shown, keys=keys, others={**others, **_merged(found, keys)})


def level_means(values: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """The mean of the values at each level that has some."""
    return unit_means(values, np.unique(levels, return_inverse=True)[1])


def _by_fields(
    axes: Sequence[Axis], keys: np.ndarray, fields: Sequence[LevelField | None]
) -> tuple[list[Axis], np.ndarray]:
    """Axes and the levels of points on them, [num_points, num_axes], with fields in place of some axes."""
    shown, columns = list(axes), list(keys.T)
    for number, (axis, field) in enumerate(zip(axes, fields, strict=True)):
        if field is None:
            continue
        values = field_values(field, axis)
        numeric = all(map(is_number, values))
        levels = tuple(sorted(set(values))) if numeric else tuple({level_text(v): v for v in values}.values())
        place = {level if numeric else level_text(level): i for i, level in enumerate(levels)}
        moved = np.array([place[value if numeric else level_text(value)] for value in values])
        title = f"{field['field'].replace('_', ' ')} of {axis.label}"
        shown[number] = Axis(field_name(field), levels, title=title)
        columns[number] = moved[columns[number]]
    return shown, np.stack(columns, axis=-1) if columns else keys


def _merged(found: Values, keys: np.ndarray) -> dict[Axis, np.ndarray]:
    """The levels on each axis of which several are one by the fields that are shown in its place, by value.

    Args:
        found: by the axes whose levels or fields are shown.
        keys: with the fields.
    """
    merged = {}
    for axis in dict.fromkeys(found.axes):
        own = [number for number, one in enumerate(found.axes) if one == axis]
        level = found.keys[:, own[0]]
        if len(np.unique(level)) > len(np.unique(keys[:, own], axis=0)):
            merged[axis] = level
    return merged


def _held_against(
    results: Results,
    metrics: Mapping[str, Mapping[str, Any]],
    channels: Mapping[str, str],
    where: Mapping[str, Any],
) -> Points:
    """Metrics cell by cell, each averaged over the axes that the others do not have."""
    grids = [results.grid(metric) for metric in metrics.values()]
    common = [name for name in grids[0].names if all(name in grid.names for grid in grids)]
    part = {name: levels for name, levels in where.items() if name in common}
    grids = [grid.average_to(common).where(part) for grid in grids]
    there = np.logical_and.reduce([np.isfinite(grid.values) & grid.exists for grid in grids])
    dimensions = [grids[0].dimension(name) for name in channels.values()]
    positions = np.argwhere(there)[:, dimensions]
    return Points(
        {channel: grids[0].axes[d] for channel, d in zip(channels, dimensions, strict=True)},
        positions,
        {channel: grid.values[there] for channel, grid in zip(metrics, grids, strict=True)},
        np.full(len(positions), np.nan),
        1,
        any(bool(grid.oracle[there].any()) for grid in grids),
    )


def _from_grid(
    results: Results, metric: Mapping[str, Any], names: Sequence[str], where: Mapping[str, Any]
) -> Values:
    grid = results.grid(metric, where)
    there = np.isfinite(grid.values) & grid.exists
    dimensions = [grid.dimension(name) for name in names]
    shown = [grid.axes[dimension] for dimension in dimensions]
    others = {axis: d for d, axis in enumerate(grid.axes) if d not in dimensions}
    places, cells = np.argwhere(there), np.argwhere(grid.exists)
    return Values(
        shown,
        places[:, dimensions],
        grid.values[there],
        bool(grid.oracle[there].any()),
        {axis: places[:, d] for axis, d in others.items()},
        cells[:, dimensions],
        {axis: cells[:, d] for axis, d in others.items()},
    )
