"""Metrics of a figure that stand by their logarithms, which numbers above zero alone have."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from heldout.runtime.machine.report.points import Points


def logarithmic(declared: Mapping[str, Any]) -> tuple[str, ...]:
    """The positions of a figure whose numbers stand by their logarithms: none, one or both."""
    log = declared.get("log") or ()
    return (log,) if isinstance(log, str) else tuple(log)


def with_places(points: Points, log: Collection[str]) -> tuple[Points, str]:
    """The points that have a place, and in a sentence what is not shown; empty where all is.

    Raises:
        ValueError: no point has one.
    """
    scaled = [values > 0 for channel, values in points.values.items() if channel in log]
    if not scaled:
        return points, ""
    there = np.logical_and.reduce(scaled)
    if not there.any():
        raise ValueError("none of its values is above zero, and others have no place on a logarithmic scale")
    part = {
        "positions": points.positions[there],
        "values": {channel: values[there] for channel, values in points.values.items()},
        "half": points.half[there],
        "ends": None if points.ends is None else points.ends[there],
    }
    kept = Points(
        **{**points._asdict(), **part}
    )  # `_replace` goes by the length, which is that of points here
    said, lost = [], len(points) - len(kept)
    if lost:
        what = f"{lost} of {len(points)} points {'is' if lost == 1 else 'are'}"
        said.append(f"{what} not above zero and left out: a logarithmic scale has no place for them.")
    if next(iter(points.values)) in log and (ends_of(kept) <= 0).any():
        said.append("Intervals that reach zero or below end at the edge.")
    return kept, " ".join(said)


def ends_of(points: Points) -> np.ndarray:
    """The ends of intervals, [num_points, 2]; NaN where there is none."""
    main = next(iter(points.values.values()))
    sides = np.stack([main - points.half, main + points.half], axis=-1)
    return sides if points.ends is None else points.ends


def domain(points: Points, channel: str, rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """The least and the greatest number above zero along a position.

    Args:
        rows: of lines that are laid over the figure.
    """
    numbers = [
        points.values[channel],
        np.array([row[channel] for row in rows if channel in row], dtype=float),
    ]
    if channel == next(iter(points.values)):
        numbers.append(ends_of(points).ravel())
    every = np.concatenate(numbers)
    above = every[np.isfinite(every) & (every > 0)]
    return float(above.min()), float(above.max())
