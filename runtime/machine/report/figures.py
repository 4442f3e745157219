"""Figures: declared encodings, drawn as Vega-Lite with one calm set of defaults."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import vl_convert

from heldout.runtime.files import write
from heldout.runtime.machine.report.clusters import CENTRES
from heldout.runtime.machine.report.encodings import CHANNELS, FACETS, PALETTE, Mark, encodings, names
from heldout.runtime.machine.report.interaction import interactive
from heldout.runtime.machine.report.line_marks import line_layers, line_rows, own_points
from heldout.runtime.machine.report.lines import Drawing, Line, lines_of, words
from heldout.runtime.machine.report.logarithms import domain, logarithmic, with_places
from heldout.runtime.machine.report.marks import MARKS, layered
from heldout.runtime.machine.report.metrics import drawn, in_percent, metric_label, sentence, shown
from heldout.runtime.machine.report.points import Points, points_of
from heldout.runtime.machine.report.profiles import SHARE, points_of_profile, profile_caption
from heldout.runtime.machine.report.series import METRIC, joint_metric, points_of_series
from heldout.runtime.machine.report.stable_pdf import stable_pdf
from heldout.runtime.results.level_fields import is_field
from heldout.runtime.results.levels import level_name
from heldout.runtime.results.numbers import listing
from heldout.runtime.results.results import Results

WIDTH, HEIGHT, PANEL_HEIGHT = 620, 260, 190  # pixels
PANEL_COLUMNS = 3
FONT = "Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Figure:
    """A drawn figure.

    Attributes:
        caption: what is shown, in words.
        vega_lite: the specification with its data, as JSON.
        interactive: the same for the page, with tooltips and a legend to choose by.
        oracle: some value used test labels on purpose.
    """

    id: str
    title: str | None
    caption: str
    vega_lite: str
    interactive: Mapping[str, Any]
    svg: str
    oracle: bool

    def write(self, folder: Path) -> None:
        """Write ID.vl.json, ID.svg, ID.pdf and ID.png."""
        write(folder / f"{self.id}.vl.json", self.vega_lite)
        write(folder / f"{self.id}.svg", self.svg)
        write(folder / f"{self.id}.pdf", stable_pdf(vl_convert.svg_to_pdf(self.svg)))
        write(folder / f"{self.id}.png", vl_convert.svg_to_png(self.svg, scale=2.0))


def draw(declared: Mapping[str, Any], results: Results) -> Figure:
    """Draw one declared figure.

    Raises:
        ValueError: a mark that is not known, an axis, level or metric that the results lack, or
            no value to draw.
    """
    mark: Mark = declared["mark"]
    if mark not in MARKS:
        raise ValueError(f"no mark is called {mark!r} (there are {', '.join(MARKS)})")
    given = {channel: declared[channel] for channel in (*CHANNELS, *FACETS) if declared.get(channel)}
    metrics = {
        channel: value
        for channel, value in given.items()
        if isinstance(value, Mapping) and not is_field(value)
    }
    series = {channel: value for channel, value in given.items() if isinstance(value, list)}
    channels = {c: value for c, value in given.items() if c not in metrics and c not in series}
    if not metrics and not series:
        raise ValueError("it shows no metric")
    given_metrics = dict(metrics)
    how = (channels, declared.get("where") or {}, mark == "boxplot", declared)
    of_profile = mark == "profile"
    if of_profile and (list(metrics) != ["x"] or series):
        raise ValueError("a profile is of one metric, in `x`")
    if of_profile:
        points = points_of_profile(results, metrics["x"], *how[:2], declared)
        metrics = {"y": SHARE}
    elif series:
        ((channel, several),) = series.items()
        points = points_of_series(results, channel, several, *how)
        metrics = {channel: joint_metric(several)}
    else:
        points = points_of(results, metrics, *how)
    if not len(points):
        raise ValueError("none of its values is there")
    log = logarithmic(declared)
    points, without_place = with_places(points, log)
    drawing = Drawing(points, channels, given_metrics | metrics, declared.get("where") or {}, log)
    lines = lines_of(declared.get("lines") or (), drawing, results)
    over = line_rows(lines)
    domains = {channel: domain(points, channel, over) for channel in log if channel in points.values}
    encoded = encodings(points, metrics, mark, panel_width(points), log, domains)
    if of_profile and in_percent(given_metrics["x"]):
        encoded["x"].axis = alt.Axis(format="~%")
    chart = MARKS[mark](points, encoded)
    laid_over = line_layers(lines, encoded)
    if laid_over:
        chart = layered(*own_points(chart), *laid_over)
    specification = panels(chart, points, lines).configure(**theme()).to_dict()
    said = profile_caption(points) if of_profile else caption(metrics, points)
    said = " ".join(filter(None, [said, without_place]))
    text = json.dumps(specification, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    return Figure(
        id=declared["id"],
        title=declared.get("title"),
        caption=" ".join(filter(None, [declared.get("caption"), said + words(lines)])),
        vega_lite=text,
        interactive=interactive(specification, points, metrics, mark, len(laid_over)),
        svg=vl_convert.vegalite_to_svg(text),
        oracle=points.oracle,
    )


def caption(metrics: Mapping[str, Mapping[str, Any]], points: Points) -> str:
    """What the figure shows, in words that also serve who cannot see it."""
    told_apart = [axis for axis in points.axes.values() if axis.name == METRIC]
    series = listing([level_name(level) for axis in told_apart[:1] for level in axis.levels])
    labels = {channel: series or metric_label(metric) for channel, metric in metrics.items()}
    what = " against ".join(labels[channel] for channel in sorted(labels, reverse=True))
    along = [points.axes[channel].label for channel in ("x", "y") if channel in points.axes]
    told = [f"one {c} for each {points.axes[c].label}" for c in ("color", "shape") if c in points.axes]
    across = [points.axes[channel].label for channel in FACETS if channel in points.axes]
    told += [f"one panel for each {listing(across)}"] if across else []
    main, metric = next(iter(points.values.values())), next(iter(metrics.values()))
    low, high = (shown(float(f"{end:.3g}"), metric) for end in (main.min(), main.max()))
    parts = [sentence(what) + (f" by {listing(along)}" if along else ""), *told]
    over = f" with their {points.over}" if points.has_interval else f", {points.over}"
    centres = f"{sentence(CENTRES[points.statistic])}s"
    spread = f" {centres} of up to {points.num_values} values{over}." if points.num_values > 1 else ""
    return f"{', '.join(parts).replace('one color', 'one colour')}; from {low} to {high}.{spread}"


def theme() -> dict[str, Any]:
    """Vega-Lite's configuration: thin lines, small type, no box.

    One weight of one font: the order of two in a PDF changes from run to run (`stable_pdf`).
    """
    type_sizes = {"labelFontSize": 11, "titleFontSize": 12, "titleFontWeight": "normal"}
    rule = "#9a9a96"
    return {
        "font": FONT,
        "background": "white",
        "view": {"stroke": None},
        "axis": {
            **type_sizes,
            "labelLimit": 140,
            "gridColor": "#e4e4e2",
            "domainColor": rule,
            "tickColor": rule,
            "tickSize": 4,
        },
        "axisX": {"grid": False},
        "legend": type_sizes,
        "header": {**type_sizes, "labelFontSize": 12},
        "range": {"category": list(PALETTE), "heatmap": {"scheme": "viridis"}},
    }


def panel_width(points: Points) -> int:
    """The width of one panel, so that a row of them fits the page."""
    if "column" not in points.axes:
        return WIDTH
    columns = len(points.shown("column"))
    across = columns if "row" in points.axes else min(columns, PANEL_COLUMNS)
    return max(110, (WIDTH - 20 * (across - 1)) // across)


def panels(chart: alt.LayerChart, points: Points, lines: Sequence[Line] = ()) -> Any:
    """The chart once for every level of `column` and `row`."""
    data = alt.InlineData(values=records(points) + line_rows(lines))
    facets = [channel for channel in FACETS if channel in points.axes]
    chart = chart.properties(width=panel_width(points), height=PANEL_HEIGHT if facets else HEIGHT)
    if not facets:
        return chart.properties(data=data)
    made: dict[str, Any] = {
        c: {"title": drawn(points.axes[c].label), "sort": names(points.axes[c])} for c in facets
    }
    if facets == ["column"]:
        return chart.facet(alt.Facet("column:N", **made["column"]), data=data, columns=PANEL_COLUMNS)
    row = alt.Row("row:N", **made["row"])
    column = alt.Column("column:N", **made["column"]) if "column" in made else alt.Undefined
    return chart.facet(row=row, column=column, data=data)


def records(points: Points) -> list[dict[str, Any]]:
    """The points as Vega-Lite's data, one field a channel."""
    rows: list[dict[str, Any]] = []
    main = next(iter(points.values.values()))
    for number, place in enumerate(points.positions.tolist()):
        row: dict[str, Any] = {channel: float(values[number]) for channel, values in points.values.items()}
        for (channel, axis), position in zip(points.axes.items(), place, strict=True):
            level = axis.levels[position]
            row[channel] = level if channel in ("x", "y") and axis.numeric else level_name(level)
        if np.isfinite(points.half[number]):
            half = points.half[number]
            ends = (main[number] - half, main[number] + half) if points.ends is None else points.ends[number]
            row["low"], row["high"] = map(float, ends)
        rows.append(row)
    return rows
