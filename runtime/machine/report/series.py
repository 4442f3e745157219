"""Several metrics in one figure: their points, told apart by an axis that is called `metric`."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from heldout.runtime.machine.report.metrics import in_percent, metric_label
from heldout.runtime.machine.report.points import Points, points_of
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.results import Results

METRIC = "metric"  # on a channel: one of its levels for each metric


def points_of_series(
    results: Results,
    channel: str,
    metrics: Sequence[Mapping[str, Any]],
    channels: Mapping[str, str],
    where: Mapping[str, Any],
    every_value: bool = False,
    clusters: Mapping[str, Any] | None = None,
) -> Points:
    """What a figure of several metrics shows: the points of each, on axes that hold the levels of all.

    Args:
        channel: that the metrics are on.
        metrics: two or more.
        channels: channel -> axis, `step`, `group`, or `metric` for what tells the metrics apart.
        where, every_value, clusters: as for one metric (`points_of`).

    Raises:
        ValueError: an axis or a level that one of the metrics does not have.
    """
    axes = {name: axis for name, axis in channels.items() if axis != METRIC}
    found = [points_of(results, {channel: metric}, axes, where, every_value, clusters) for metric in metrics]
    joint = {name: _joined([points.axes[name] for points in found]) for name in axes}
    names = Axis(METRIC, series_names(metrics))
    positions = [_placed(points, joint, channels, number) for number, points in enumerate(found)]
    return Points(
        {name: joint.get(name, names) for name in channels},
        np.concatenate(positions),
        {channel: np.concatenate([points.values[channel] for points in found])},
        np.concatenate([points.half for points in found]),
        max(points.num_values for points in found),
        any(points.oracle for points in found),
        said=_units_in_words(found, names),
        ends=None if found[0].ends is None else np.concatenate([p.ends for p in found if p.ends is not None]),
        statistic=found[0].statistic,
    )


def joint_metric(metrics: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the scale that several metrics share is called, and whether it is in percent."""
    labels = {str(metric["metric"]) for metric in metrics}
    unit = {"unit": "percent"} if all(map(in_percent, metrics)) else {}
    return {"metric": labels.pop() if len(labels) == 1 else "value", **unit}


def series_names(metrics: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What the metrics of one figure are called: by their own names where these tell them apart."""
    labels = [metric_label(metric) for metric in metrics]
    stages = [str(metric["stage"]).replace("_", " ") for metric in metrics]
    if len(set(labels)) == len(labels):
        return tuple(labels)
    if len(set(stages)) == len(stages):
        return tuple(stages)
    return tuple(f"{stage} {label}" for stage, label in zip(stages, labels, strict=True))


def _joined(axes: Sequence[Axis]) -> Axis:
    """One axis with the levels of all: steps and groups of one metric may lack some of another."""
    first = axes[0]
    if all(axis.levels == first.levels for axis in axes):
        return first
    levels = tuple(dict.fromkeys(chain.from_iterable(axis.levels for axis in axes)))
    joined = Axis(first.name, levels, first.kind, first.title)
    return Axis(first.name, tuple(sorted(levels)), first.kind, first.title) if joined.numeric else joined


def _placed(
    points: Points, joint: Mapping[str, Axis], channels: Mapping[str, str], number: int
) -> np.ndarray:
    """Where the points of one metric stand on the joint axes, [num_points, num_channels]."""
    own = dict(zip(points.axes, points.positions.T, strict=True))
    columns = []
    for name in channels:
        if name in joint:
            there = np.array([joint[name].index(level) for level in points.axes[name].levels], dtype=int)
            columns.append(there[own[name]])
        else:
            columns.append(np.full(len(points), number))
    return np.stack(columns, axis=-1)


def _units_in_words(found: Sequence[Points], names: Axis) -> str:
    """What intervals are over: once where it is the same for all metrics, else for each."""
    said = {str(name): points.over for name, points in zip(names.levels, found, strict=True)}
    if len(set(said.values())) == 1:
        return found[0].over
    return f"intervals ({'; '.join(f'{name}: {over}' for name, over in said.items())})"
