"""Channels of a figure: where a level or a metric stands, and in which colour and shape."""

import math
from collections.abc import Collection, Mapping
from typing import Any, Literal

import altair as alt

from heldout.runtime.machine.report.metrics import drawn, in_percent, metric_label
from heldout.runtime.machine.report.points import Points
from heldout.runtime.results.levels import Axis, level_name

# Told apart on white and on black, and by most who see fewer colours (after Okabe & Ito 2008).
PALETTE = (
    *("#2f74c0", "#d9730d", "#1d9a73", "#c2528b", "#8067c7"),
    *("#a08b15", "#3aa0c9", "#b5483c", "#7c7c7c", "#6b8e23"),
)
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
FEW_TICKS = 12
Mark = Literal["line", "point", "bar", "boxplot", "rect", "profile"]
LINES: tuple[Mark, ...] = ("line", "profile")  # drawn along numbers
LETTER_WIDTH = 6  # pixels, of an axis label
POSITIONS = ("x", "y")
FACETS = ("column", "row")
CHANNELS = {
    "x": alt.X,
    "y": alt.Y,
    "color": alt.Color,
    "shape": alt.Shape,
    "size": alt.Size,
    "detail": alt.Detail,
    "strokeDash": alt.StrokeDash,
}


def encodings(
    points: Points,
    metrics: Mapping[str, Mapping[str, Any]],
    mark: Mark,
    width: int,
    log: Collection[str] = (),
    domains: Mapping[str, tuple[float, float]] | None = None,
) -> dict[str, Any]:
    """The channels that all layers of a chart share.

    Args:
        points: what is drawn.
        metrics: channel -> metric.
        mark: a line along numbers has a continuous axis, everything else has places for levels.
        width: of one panel, pixels.
        log: the positions, x or y, whose numbers stand by their logarithms.
        domains: by position of those that hold a metric, the least and the greatest number shown.
    """
    found: dict[str, Any] = {}
    for channel, metric in metrics.items():
        more: dict[str, Any] = {}
        if channel in POSITIONS:
            more["scale"] = _scale((domains or {}).get(channel), mark)
        if in_percent(metric) and channel in POSITIONS:
            more["axis"] = alt.Axis(format="~%")
        elif in_percent(metric) and channel in ("color", "size"):
            more["legend"] = alt.Legend(format="~%")
        found[channel] = CHANNELS[channel](f"{channel}:Q", title=drawn(metric_label(metric)), **more)
    for channel, axis in points.axes.items():
        if channel in POSITIONS:
            found[channel] = _position(channel, axis, points.shown(channel), mark, width, channel in log)
        elif channel == "color":
            found[channel] = _color(points)
        elif channel == "detail":
            found[channel] = alt.Detail("detail:N")
        elif channel not in FACETS:
            found[channel] = CHANNELS[channel](
                f"{channel}:N", title=drawn(axis.label), sort=names(axis), legend=_legend(axis)
            )
    along = next((channel for channel in POSITIONS if channel in points.axes), None)
    if along and "color" in points.axes and _beside(points, along, mark):
        offset = {"x": alt.XOffset, "y": alt.YOffset}[along]
        found[f"{along}Offset"] = offset("color:N", sort=names(points.axes["color"]))
    return found


def continuous(axis: Axis, mark: Mark) -> bool:
    """Whether levels stand where their numbers are, and not at equal distances."""
    return mark in LINES and axis.numeric


def _beside(points: Points, along: str, mark: Mark) -> bool:
    """Colours stand side by side where they share a place; lines and cells of a map do not."""
    different = points.axes["color"].name != points.axes[along].name
    return mark in ("bar", "point", "boxplot") and different and len(points.values) == 1


def _position(channel: str, axis: Axis, shown: list[Any], mark: Mark, width: int, log: bool) -> Any:
    if continuous(axis, mark) and log:
        # Linear between -1 and 1, so that step 0 has a place.
        scale = alt.Scale(type="symlog", zero=False, nice=False, padding=8)
        return CHANNELS[channel](
            f"{channel}:Q", title=drawn(axis.label), scale=scale, axis=alt.Axis(values=decades(shown))
        )
    if continuous(axis, mark):
        ticks = alt.Axis(values=shown) if len(shown) <= FEW_TICKS else alt.Axis()
        scale = alt.Scale(zero=False, nice=False, padding=8)
        return CHANNELS[channel](f"{channel}:Q", title=drawn(axis.label), scale=scale, axis=ticks)
    levels = shown if axis.numeric else [level_name(level) for level in shown]
    fits = sum(len(level_name(level)) + 2 for level in levels) * LETTER_WIDTH < width
    angle = alt.Axis(labelAngle=0 if fits or channel == "y" else -40)
    return CHANNELS[channel](f"{channel}:O", title=drawn(axis.label), sort=levels, axis=angle)


def _scale(domain: tuple[float, float] | None, mark: Mark) -> alt.Scale:
    """The scale of a metric: by logarithms where its domain is given."""
    if domain is None:
        return alt.Scale(zero=mark == "bar")
    # Clamped, so that an interval that reaches below zero ends at the edge.
    return alt.Scale(type="log", domain=list(domain), nice=False, padding=8, clamp=True)


def decades(shown: list[Any]) -> list[float]:
    """Ticks of a logarithmic axis: the numbers shown where they are few, else powers of ten among them."""
    if len(shown) <= FEW_TICKS:
        return shown
    powers = [10**exponent for exponent in range(math.ceil(math.log10(max(map(abs, shown)))) + 1)]
    ticks = [*(-power for power in reversed(powers)), 0, *powers]
    return [tick for tick in ticks if min(shown) <= tick <= max(shown)]


def _color(points: Points) -> alt.Color:
    axis = points.axes["color"]
    levels = names(axis)
    # The domain is said: Vega-Lite joins the legends of colour and shape only where both say it.
    scale = alt.Scale(domain=levels, range=[PALETTE[i % len(PALETTE)] for i in range(len(levels))])
    return alt.Color("color:N", title=drawn(axis.label), sort=levels, scale=scale, legend=_legend(axis))


def shapes_beside_colors(points: Points) -> dict[str, Any]:
    """A shape for every colour, for who cannot tell the colours apart."""
    if "color" not in points.axes or "shape" in points.axes:
        return {}
    axis = points.axes["color"]
    levels = names(axis)
    scale = alt.Scale(domain=levels, range=[SHAPES[i % len(SHAPES)] for i in range(len(levels))])
    return {
        "shape": alt.Shape("color:N", title=drawn(axis.label), sort=levels, scale=scale, legend=_legend(axis))
    }


def names(axis: Axis) -> list[str]:
    """The levels of an axis as text, in its order."""
    return [level_name(level) for level in axis.levels]


def _legend(axis: Axis) -> alt.Legend:
    """A legend above the chart, where it takes no width; the same for colour and shape."""
    return alt.Legend(
        orient="top",
        title=drawn(axis.label),
        columns=min(6, len(axis.levels)),
        symbolLimit=0,
        symbolOpacity=1,
        labelLimit=120,
    )
