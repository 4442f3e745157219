"""Lines laid over a figure: what each is in numbers, panel by panel, and what is said of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from heldout.runtime.machine.report.encodings import FACETS, POSITIONS
from heldout.runtime.machine.report.line_fits import fitted
from heldout.runtime.machine.report.metrics import metric_label, shown
from heldout.runtime.machine.report.points import Points, points_of
from heldout.runtime.machine.report.series import METRIC
from heldout.runtime.results.level_fields import field_name, is_field
from heldout.runtime.results.levels import is_number, level_name, level_text
from heldout.runtime.results.results import Results
from heldout.runtime.results.text import one_line
from heldout.runtime.statistics.fitted_curves import FittedCurve

SAMPLES = 64  # places that a curve is drawn through
LABELS_AT = (0.75, 0.5, 0.25)  # of the way along a curve, so that labels of several stand apart
MOST_SAID = 4  # curves whose parameters a caption lists
NO_PLACE = "it is not above zero, and has no place on a logarithmic scale"
Row = dict[str, Any]
Panel = dict[str, Any]  # channel -> level


class Line(NamedTuple):
    """A line laid over a figure.

    Attributes:
        number: its place among the figure's lines, by which its rows are known.
        kind: `x` or `y` for a constant, `diagonal`, `fit` or `metric`.
        label: what the figure calls it.
        rows: of data, as the figure's own: by channel where it passes; `named` where its label stands.
        said: what a caption says of it.
        colored: each series has its own, in the series' colour.
    """

    number: int
    kind: str
    label: str
    rows: list[Row]
    said: str
    colored: bool = False


class Drawing(NamedTuple):
    """A figure that lines are laid over.

    Attributes:
        channels: channel -> axis, `step`, `group` or field.
        metrics: channel -> metric.
        where: the part of the grid that is shown.
        log: the positions whose numbers stand by their logarithms.
    """

    points: Points
    channels: Mapping[str, Any]
    metrics: Mapping[str, Mapping[str, Any]]
    where: Mapping[str, Any]
    log: Collection[str] = ()

    def placed(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that have a place: where a metric stands by its logarithm, those above zero."""
        scaled = [channel for channel in self.log if channel in self.metrics]
        return [row for row in rows if all(row.get(channel, 1.0) > 0 for channel in scaled)]

    def numbers(self, channel: str) -> np.ndarray:
        """Where each point stands along a position, [num_points].

        Raises:
            ValueError: its levels are no numbers.
        """
        if channel in self.points.values:
            values = self.points.values[channel]
            return values
        axis = self.points.axes[channel]
        if not axis.numeric:
            raise ValueError(f"the levels of {axis.label} are no numbers")
        column = self.points.positions[:, list(self.points.axes).index(channel)]
        places: np.ndarray = np.array(axis.levels, dtype=float)[column]
        return places

    def panels(self) -> list[Panel]:
        """The levels of every panel that has a point, in order; one empty mapping without panels."""
        facets = [channel for channel in FACETS if channel in self.points.axes]
        return [dict(zip(facets, at, strict=True)) for at in product(*map(self.points.shown, facets))]

    def series(self) -> Iterator[tuple[Panel, np.ndarray]]:
        """The points of each line or colour: its levels by channel, and which points they are."""
        apart = [channel for channel in self.points.axes if channel not in POSITIONS]
        columns = [list(self.points.axes).index(channel) for channel in apart]
        keys, which = np.unique(self.points.positions[:, columns], axis=0, return_inverse=True)
        for number, key in enumerate(keys.tolist()):
            levels = {c: self.points.axes[c].levels[at] for c, at in zip(apart, key, strict=True)}
            yield levels, np.flatnonzero(which.ravel() == number)


def lines_of(declared: Sequence[Mapping[str, Any]], drawing: Drawing, results: Results) -> list[Line]:
    """The lines of a figure, in numbers.

    One that has none, such as the curve of a metric that was not computed, has no rows, and says so.
    """
    found = []
    for number, line in enumerate(declared):
        make = {"x": _constant, "y": _constant, "diagonal": _diagonal, "fit": _fit, "metric": _curve}
        try:
            found.append(make[line["kind"]](number, line, drawing, results))
        except ValueError as error:
            label = _label(line, "a line")
            found.append(Line(number, line["kind"], label, [], f"{label} is not drawn: {error}"))
    return found


def words(lines: Sequence[Line]) -> str:
    """What captions say of the lines of a figure; nothing where there are none."""
    return f" Lines: {'; '.join(line.said for line in lines)}." if lines else ""


def _label(line: Mapping[str, Any], default: str) -> str:
    return one_line(line.get("label") or default)


def _constant(number: int, line: Mapping[str, Any], drawing: Drawing, results: Results) -> Line:
    channel, of = line["kind"], line["of"]
    places = [_place(of, line, panel, drawing, results) for panel in drawing.panels()]
    drawn = [
        (panel, place) for panel, place in zip(drawing.panels(), places, strict=True) if place is not None
    ]
    if not drawn:
        raise ValueError("it has no value")
    rows = drawing.placed([{channel: place, **_names(panel), "named": 1} for panel, place in drawn])
    if not rows:
        raise ValueError(NO_PLACE)
    along = drawing.metrics.get(channel, {})
    ends = sorted({place for _, place in drawn})
    at = shown(ends[0], along) + (f" to {shown(ends[-1], along)}" if len(ends) > 1 else "")
    name = at if is_number(of) else field_name(of) if is_field(of) else metric_label(of)
    label = _label(line, name)
    said = at if label == at else f"{label} at {at}"
    return Line(number, channel, label, rows, f"{said} on the horizontal axis" if channel == "x" else said)


def _place(
    of: Any, line: Mapping[str, Any], panel: Panel, drawing: Drawing, results: Results
) -> float | None:
    """Where a constant stands in a panel; None where its metric has no value there."""
    if is_number(of):
        return float(of)
    if is_field(of):
        facets = {drawing.points.axes[c].name: level for c, level in panel.items()}
        kept = drawing.where.get(of["axis"])
        level = facets.get(of["axis"], kept[0] if isinstance(kept, list) else kept)
        values = of["values"]
        return float(values[level_text(level)] if level is not None else next(iter(values.values())))
    channels = _own_channels(of, drawing, FACETS, results)
    found = points_of(results, {"y": of}, channels, _own_where(of, line, drawing, results))
    there = np.ones(len(found), dtype=bool)
    for position, channel in enumerate(channels):
        levels = [level_name(level) for level in found.axes[channel].levels]
        at = levels.index(level_name(panel[channel])) if level_name(panel[channel]) in levels else -1
        there &= found.positions[:, position] == at
    return float(found.values["y"][there][0]) if there.any() else None


def _diagonal(number: int, line: Mapping[str, Any], drawing: Drawing, results: Results) -> Line:
    """Where both positions are the same number, from the least that is shown to the greatest."""
    both = np.concatenate([drawing.numbers(channel) for channel in POSITIONS])
    places = samples(float(both.min()), float(both.max()), bool(drawing.log))
    rows: list[Row] = []
    for panel in drawing.panels():
        made = drawing.placed([{"x": at, "y": at, **_names(panel)} for at in places])
        rows += _labelled(made, number, "x" in drawing.log)
    label = _label(line, "y = x")
    said = label if label == "y = x" else f"{label} (y = x)"
    return Line(number, "diagonal", label, rows, said)


def _fit(number: int, line: Mapping[str, Any], drawing: Drawing, results: Results) -> Line:
    """A curve through the points of each series that are shown, by least squares.

    The claim `fit` fits every combination of its `pair` by itself; here the curve is that of the means.
    """
    curve: FittedCurve = line["of"]
    x, y = drawing.numbers("x"), drawing.numbers("y")
    rows: list[Row] = []
    said: list[str] = []
    failed: list[str] = []
    labelled: set[tuple[str, ...]] = set()
    for levels, chosen in drawing.series():
        name = ", ".join(level_name(level) for level in levels.values())
        places = samples(float(x[chosen].min()), float(x[chosen].max()), "x" in drawing.log)
        try:
            heights, parameter = fitted(curve, x[chosen], y[chosen], places)
        except ValueError as error:
            failed.append(f"none for {name} ({error})" if name else str(error))
            continue
        apart = {"series": len(said), **_names(levels)}
        made = drawing.placed(
            [{"x": a, "y": b, **apart} for a, b in zip(places, heights.tolist(), strict=True)]
        )
        panel = tuple(level_name(levels[facet]) for facet in FACETS if facet in levels)
        rows += (
            made if panel in labelled else _labelled(made, number, "x" in drawing.log)
        )  # one label a panel
        labelled.add(panel)
        said.append(f"{name}: {parameter}" if name else parameter)
    if not rows:
        raise ValueError(failed[0])
    kind = curve.replace("-", " ")
    label = _label(line, kind)
    more = [f"{len(said) - MOST_SAID} more"] if len(said) > MOST_SAID else []
    title = f"{kind} fitted to what is shown" if label == kind else f"{label}, a fitted {kind}"
    text = f"{title} ({'; '.join([*said[:MOST_SAID], *more, *failed[:MOST_SAID]])})"
    return Line(number, "fit", label, rows, text, colored="color" in drawing.points.axes)


def _curve(number: int, line: Mapping[str, Any], drawing: Drawing, results: Results) -> Line:
    """A metric over what `x` shows, for each colour and panel that it has."""
    of = line["of"]
    told = line.get("where") or {}
    channels = _own_channels(of, drawing, ("x", "color", *FACETS), results)
    channels = {c: axis for c, axis in channels.items() if c != "color" or axis not in told}
    if "x" not in channels:
        raise ValueError(f"{metric_label(of)} does not vary along what `x` shows")
    found = points_of(results, {"y": of}, channels, _own_where(of, line, drawing, results))
    if not len(found):
        raise ValueError("it has no value")
    own = list(channels)
    curves: dict[tuple[str, ...], list[Row]] = {}
    free = [c for c in FACETS if c in drawing.points.axes and c not in channels]
    for panel in product(*map(drawing.points.shown, free)):
        beside = _names(dict(zip(free, panel, strict=True)))
        for place, height in zip(found.positions.tolist(), found.values["y"].tolist(), strict=True):
            levels = {c: found.axes[c].levels[at] for c, at in zip(own, place, strict=True)}
            x = levels.pop("x")
            apart = _names(levels) | beside
            at = x if found.axes["x"].numeric else level_name(x)
            curves.setdefault(tuple(apart.values()), []).append({"x": at, "y": height, **apart})
    curves = {key: placed for key, rows in curves.items() if (placed := drawing.placed(rows))}
    if not curves:
        raise ValueError(NO_PLACE)
    first = {tuple(rows[0].get(facet) for facet in FACETS): key for key, rows in reversed(curves.items())}
    rows = [
        row
        for key, made in curves.items()
        for row in (_labelled(made, number, "x" in drawing.log) if key in first.values() else made)
    ]
    label = _label(line, metric_label(of))
    said = label if label == metric_label(of) else f"{label} ({metric_label(of)})"
    return Line(number, "metric", label, rows, said, colored="color" in channels)


def _own_axes(metric: Mapping[str, Any], results: Results) -> set[str]:
    """What a metric varies along."""
    return {*(axis.name for axis in results.stages[metric["stage"]].axes), *(metric.get("along") or ())}


def _own_channels(
    metric: Mapping[str, Any], drawing: Drawing, wanted: Sequence[str], results: Results
) -> dict[str, Any]:
    """Those of some channels of the figure that a metric varies along."""
    own = _own_axes(metric, results)
    names = {c: one["axis"] if is_field(one) else one for c, one in drawing.channels.items() if one != METRIC}
    return {c: drawing.channels[c] for c in wanted if names.get(c) in own}


def _own_where(
    metric: Mapping[str, Any], line: Mapping[str, Any], drawing: Drawing, results: Results
) -> dict[str, Any]:
    """The part of the grid that a line's metric is read in: the line's own, else the figure's."""
    own = _own_axes(metric, results)
    return {k: v for k, v in drawing.where.items() if k in own} | dict(line.get("where") or {})


def samples(low: float, high: float, log: bool) -> list[float]:
    """Places along a curve, both ends among them, at equal distances on the scale that is drawn."""
    if log and low > 0:
        return [low, *np.geomspace(low, high, SAMPLES)[1:-1].tolist(), high]
    return [float(place) for place in np.linspace(low, high, SAMPLES)]


def _names(levels: Panel) -> Row:
    """Levels of panels and colours as the rows of a figure have them."""
    return {channel: level_name(level) for channel, level in levels.items() if channel not in POSITIONS}


def _labelled(curve: list[Row], number: int, log: bool) -> list[Row]:
    """The rows of one curve, of which one says that its label stands there."""
    share, places = LABELS_AT[number % len(LABELS_AT)], [row["x"] for row in curve]
    if log or not all(map(is_number, places)):
        at = round(share * (len(curve) - 1))
    else:
        wanted = min(places) + share * (max(places) - min(places))
        at = min(range(len(curve)), key=lambda place: abs(places[place] - wanted))
    return [row | {"named": 1} if place == at else row for place, row in enumerate(curve)]
