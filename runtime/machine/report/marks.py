"""Marks of a figure: how means and their intervals are drawn."""

from collections.abc import Callable
from typing import Any

import altair as alt

from heldout.runtime.machine.report.encodings import PALETTE, POSITIONS, Mark, shapes_beside_colors
from heldout.runtime.machine.report.points import Points

DENSE = 30  # levels along a line beyond which single points are not drawn
CROWD = 4  # lines beyond which bands are faint

Channels = dict[str, Any]


def measured(points: Points) -> str | None:
    """The position channel of the metric whose interval is drawn; None where there is none."""
    channels = [channel for channel in points.values if channel in POSITIONS]
    return channels[0] if len(points.values) == 1 and channels else None


def between(encoded: Channels, channel: str) -> Channels:
    """The same channels, from the low to the high end of the interval."""
    low = encoded[channel].copy()
    low.shorthand = "low:Q"
    high = {"x": alt.X2, "y": alt.Y2}[channel]("high:Q")
    return {**encoded, channel: low, f"{channel}2": high}


def interval_rule(points: Points, encoded: Channels, **style: Any) -> list[alt.Chart]:
    """A rule from one end of each interval to the other, where there are intervals."""
    channel = measured(points)
    if channel is None or not points.has_interval:
        return []
    return [alt.Chart().mark_rule(**style).encode(**between(encoded, channel))]


def one_color(encoded: Channels) -> Channels:
    """The colour of a mark that is not told apart by colour."""
    return {} if "color" in encoded else {"color": PALETTE[0]}


def layered(*charts: alt.Chart) -> alt.LayerChart:
    """Charts one upon the other."""
    together = alt.layer(*charts)
    assert isinstance(together, alt.LayerChart)  # as it is where no chart has panels
    return together


def line(points: Points, encoded: Channels) -> alt.LayerChart:
    """Lines of means, points on them, and a band of the interval."""
    style = one_color(encoded)
    layers = []
    channel = measured(points)
    if channel is not None and points.has_interval:
        crowd = len(points.axes["color"].levels) if "color" in points.axes else 1
        band = alt.Chart().mark_area(opacity=0.18 if crowd <= CROWD else 0.08, **style)
        layers.append(band.encode(**between(encoded, channel)))
    layers.append(alt.Chart().mark_line(strokeWidth=1.8, **style).encode(**encoded))
    along = next((axis for position, axis in points.axes.items() if position in POSITIONS), None)
    if along is None or len(along.levels) <= DENSE:
        dots = alt.Chart().mark_point(filled=True, size=38, opacity=1, **style)
        layers.append(dots.encode(**encoded, **shapes_beside_colors(points)))
    return layered(*layers)


def bar(points: Points, encoded: Channels) -> alt.LayerChart:
    """Bars from zero, and a rule of the interval."""
    bars = alt.Chart().mark_bar(opacity=0.85, **one_color(encoded)).encode(**encoded)
    uncolored = {channel: value for channel, value in encoded.items() if channel != "color"}
    return layered(bars, *interval_rule(points, uncolored, color="#6f6f6b", strokeWidth=1.2))


def point(points: Points, encoded: Channels) -> alt.LayerChart:
    """Points at the means, and a rule of the interval."""
    style = one_color(encoded)
    dots = alt.Chart().mark_point(filled=True, size=44, opacity=0.95, **style)
    rules = interval_rule(points, encoded, strokeWidth=1.4, opacity=0.7, **style)
    return layered(*rules, dots.encode(**encoded, **shapes_beside_colors(points)))


def boxplot(points: Points, encoded: Channels) -> alt.LayerChart:
    """Boxes from the lower to the upper quartile, whiskers to 1.5 times that, points beyond."""
    boxes = alt.Chart().mark_boxplot(size=14, median={"color": "white"}, **one_color(encoded))
    return layered(boxes.encode(**encoded))


def rect(points: Points, encoded: Channels) -> alt.LayerChart:
    """A map: cells coloured by the metric."""
    return layered(alt.Chart().mark_rect(**one_color(encoded)).encode(**encoded))


MARKS: dict[Mark, Callable[[Points, Channels], alt.LayerChart]] = {
    "line": line,
    "point": point,
    "bar": bar,
    "boxplot": boxplot,
    "rect": rect,
    "profile": line,
}
