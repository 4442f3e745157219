"""Check figures and tables: what they draw exists, in the words of Vega-Lite."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heldout.compiler.analysis.claims import (
    check_axis,
    check_metric,
    check_where,
    check_whole,
    metric_of,
    plain,
)
from heldout.compiler.analysis.figure_lines import POSITIONS, PROFILE, Drawn, check_lines, resolved_lines
from heldout.compiler.analysis.level_fields import axis_of_field, check_field, resolved_field
from heldout.compiler.analysis.levels import own_levels_of
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.row_keys import ROW_KEYS, STEP, keys_among, keys_of, varying
from heldout.compiler.analysis.scope import OutputOf, Scope
from heldout.compiler.analysis.several_metrics import METRIC, check_several, each, names_metrics
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.study import Display
from heldout.compiler.syntax.tree import Mapping as MappingNode
from heldout.compiler.syntax.tree import Node, Scalar, Sequence

MARKS = ("line", "point", "bar", "boxplot", "rect", PROFILE)
CHANNELS = ("x", "y", "color", "column", "row", "shape", "size", "detail", "strokeDash")
LINES = "lines"
STATISTICS = ("mean", "median", "iqm")
FIGURE_KEYS = ("mark", *CHANNELS, "log", LINES, "where", "cluster", "statistic", "title", "caption")
TABLE_AXES = ("rows", "columns", "by", "where", "cluster")  # keys of a table that name axes
TABLE_KEYS = ("value", *TABLE_AXES, "statistic", "title", "caption", "unit", "better")


@dataclass(frozen=True)
class ResolvedDisplay:
    """A figure or table with its metrics looked up."""

    name: str
    keys: Mapping[str, Any]


def check_displays(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every figure and table names metrics and axes that belong together. Changes nothing."""
    for figure in scope.study.figures:
        yield from _known_keys(figure, "a figure", FIGURE_KEYS)
        yield from _figure(scope, reaches, figure)
    for table in scope.study.tables:
        yield from _known_keys(table, "a table", TABLE_KEYS)
        yield from _table(scope, reaches, table)


def _known_keys(display: Display, what: str, known: tuple[str, ...]) -> Iterator[Diagnostic]:
    for key, node in display.keys:
        if key.value not in known:
            yield Diagnostic(
                "unknown-key", f"{what} has no key `{key.value}`", key.span, nearest(key.value, known)
            )
        elif key.value == "statistic" and plain(node) not in STATISTICS:
            message = f"no statistic is called `{plain(node)}`"
            yield Diagnostic("wrong-value", message, node.span, nearest(plain(node), STATISTICS))
        elif key.value in ("title", "caption") and not isinstance(plain(node), str):
            yield Diagnostic("wrong-type", f"`{key.value}` is text", node.span, "put it in quotes")


def _figure(scope: Scope, reaches: Reaches, figure: Display) -> Iterator[Diagnostic]:
    keys = {str(k.value): node for k, node in figure.keys}
    mark = keys.get("mark")
    if mark is None:
        message = f"the figure `{figure.name}` has no `mark`"
        yield Diagnostic("missing-key", message, figure.span, f"write one of: {', '.join(MARKS)}")
    elif plain(mark) not in MARKS:
        yield Diagnostic(
            "wrong-value", f"no mark is called `{plain(mark)}`", mark.span, nearest(plain(mark), MARKS)
        )
    channels = {c: keys[c] for c in CHANNELS if c in keys}
    placed = {c: node for c, node in channels.items() if axis_of_field(scope, plain(node)) is not None}
    metrics = {c: node for c, node in channels.items() if names_metrics(node) and c not in placed}
    yield from check_several(f"the figure `{figure.name}`", metrics, channels, "color")
    if not metrics:
        message = f"the figure `{figure.name}` shows no metric"
        place = "x" if mark is not None and plain(mark) == PROFILE else "y"
        yield Diagnostic("missing-key", message, figure.span, f"write `{place}: STAGE.METRIC`")
    if mark is not None and plain(mark) == PROFILE:
        yield from _profile(figure, metrics, channels, keys)
    axes = None
    named = keys_among(*(plain(keys[name]) for name in (*CHANNELS, "where", "cluster") if name in keys))
    for node in itertools.chain.from_iterable(map(each, metrics.values())):
        yield from check_metric(scope, node)
        yield from check_whole(scope, node, named)
        found = _axes(scope, reaches, node)
        axes = found if axes is None else tuple(a for a in axes if a in found)
    axes = tuple(scope.axes) if axes is None else axes
    known = (*axes, *_keys(scope, metrics))
    for channel, node in channels.items():
        if channel in placed:
            yield from check_field(scope, node, axes, _stage(scope, metrics))
        elif channel not in metrics and plain(node) != METRIC:
            yield from check_axis(node, known, _stage(scope, metrics))
    if "log" in keys:
        yield from _logarithmic(keys["log"], channels, metrics, mark)
    if "where" in keys:
        yield from check_where(scope, keys["where"], known, _stage(scope, metrics))
    if LINES in keys:
        log = tuple(str(plain(one)) for one in each(keys["log"])) if "log" in keys else ()
        said = str(plain(mark) if mark is not None else "")
        drawn = Drawn(channels, metrics, said, keys.get("where"), log)
        yield from check_lines(scope, reaches, keys[LINES], drawn)
    averages = len(metrics) == 1 and (mark is None or plain(mark) != "boxplot")
    if "statistic" in keys and (not averages or (mark is not None and plain(mark) == PROFILE)):
        message = f"the figure `{figure.name}` averages over nothing, so that `statistic` says nothing"
        yield Diagnostic("wrong-value", message, keys["statistic"].span, "leave it out")
    if "cluster" in keys and not averages:
        message = f"the figure `{figure.name}` averages over nothing, so that `cluster` says nothing"
        yield Diagnostic("wrong-value", message, keys["cluster"].span, "leave it out")
    elif "cluster" in keys:
        yield from _cluster(keys, known, [plain(node) for node in channels.values()], _stage(scope, metrics))


def _profile(
    figure: Display, metrics: Mapping[str, Node], channels: Mapping[str, Node], keys: Mapping[str, Node]
) -> Iterator[Diagnostic]:
    """A profile is of one metric along `x`; its `y` is the share of runs."""
    hint = "write `{mark: profile, x: STAGE.METRIC, color: AXIS}`"
    if metrics and (list(metrics) != ["x"] or isinstance(metrics["x"], Sequence)):
        node = next(node for channel, node in metrics.items() if channel != "x" or isinstance(node, Sequence))
        message = f"the profile `{figure.name}` is of one metric, in `x`"
        yield Diagnostic("wrong-value", message, node.span, hint)
    for name in ("y", "size", "log"):
        if name in keys and name not in metrics:
            message = (
                f"the profile `{figure.name}` has no `{name}`: its height is the share of runs above `x`"
            )
            yield Diagnostic("wrong-value", message, keys[name].span, "leave it out")
    for node in channels.values():
        if plain(node) == STEP:
            message = f"the profile `{figure.name}` is of runs, which a step does not tell apart"
            yield Diagnostic("wrong-value", message, node.span, "keep `where` to one step, or leave it out")


def _cluster(
    keys: Mapping[str, Node], axes: tuple[str, ...], shown: list[Any], stage: str | None
) -> Iterator[Diagnostic]:
    """A cluster is an axis that means are taken over: not shown, and of several levels."""
    node = keys["cluster"]
    name = plain(node)
    where = keys.get("where")
    kept = where.get(name) if isinstance(where, MappingNode) and isinstance(name, str) else None
    averaged = [axis for axis in axes if axis not in (*shown, *ROW_KEYS)]
    hint = f"write {' or '.join(f'`{axis}`' for axis in averaged)}" if averaged else "leave it out"
    if name is None:
        yield Diagnostic("wrong-type", "`cluster` names an axis", node.span, hint)
    elif name not in axes:
        yield from check_axis(node, tuple(averaged), stage)
    elif name in shown:
        message = f"the cluster `{name}` is shown, and intervals are over what is averaged"
        yield Diagnostic("wrong-value", message, node.span, hint)
    elif kept is not None and len(kept.items if isinstance(kept, Sequence) else (kept,)) < 2:
        message = f"`where` keeps the cluster `{name}` to one level, over which there is no interval"
        yield Diagnostic("wrong-value", message, node.span, "keep several of its levels, or leave it out")


def _logarithmic(
    node: Node, channels: Mapping[str, Node], metrics: Mapping[str, Node], mark: Node | None
) -> Iterator[Diagnostic]:
    """One position or both; a profile's are its own, and bars have their foot at zero."""
    drawn = plain(mark) if mark is not None else None
    known = [c for c in POSITIONS if c in channels and (c not in metrics or drawn != PROFILE)]
    hint = f"write {' or '.join(f'`{c}`' for c in known)}" if known else "leave it out"
    named = [plain(one) for one in each(node)]
    if not named or len(set(map(str, named))) < len(named):
        yield Diagnostic("wrong-value", "`log` names each position once", node.span, hint)
    for one in each(node):
        if plain(one) not in known:
            message = f"`log` names where a metric, an axis or `step` stands, not `{plain(one)}`"
            yield Diagnostic("wrong-value", message, one.span, hint)
        elif plain(one) in metrics and drawn == "bar":
            message = "a bar has its foot at zero, which has no place on a logarithmic scale"
            yield Diagnostic("wrong-value", message, one.span, "write `mark: point`")


def _table(scope: Scope, reaches: Reaches, table: Display) -> Iterator[Diagnostic]:
    keys = {str(k.value): node for k, node in table.keys}
    for name in ("rows", "columns", "value"):
        if name not in keys:
            message = f"the table `{table.name}` has no `{name}`"
            yield Diagnostic(
                "missing-key",
                message,
                table.span,
                "write `{rows: method, columns: held_out, value: STAGE.METRIC}`",
            )
    if "value" not in keys:
        return
    yield from check_several(f"the table `{table.name}`", {"value": keys["value"]}, keys, "columns")
    axes: tuple[str, ...] = tuple(scope.axes)
    named = _along(table)
    for metric in each(keys["value"]):
        yield from check_metric(scope, metric)
        yield from check_whole(scope, metric, named)
        axes = tuple(axis for axis in axes if axis in _axes(scope, reaches, metric))
    axes += _keys(scope, {"value": keys["value"]})
    stage = _stage(scope, {"value": keys["value"]})
    placed: set[str] = set()
    for name in ("rows", "columns", "by"):
        node = keys.get(name)
        for item in each(node) if node is not None else ():
            if plain(item) == METRIC:
                if name != "columns":
                    message = f"several metrics of the table `{table.name}` are its columns"
                    yield Diagnostic("wrong-value", message, item.span, f"write `columns: {METRIC}`")
                continue
            yield from check_axis(item, axes, stage)
            axis = str(plain(item))
            if axis in axes and axis in placed:
                message = f"the table `{table.name}` has the axis `{axis}` in two places"
                yield Diagnostic("wrong-value", message, item.span, "name each axis once")
            placed.add(axis)
    if "where" in keys:
        yield from check_where(scope, keys["where"], axes, stage)
    if "cluster" in keys:
        yield from _cluster(keys, axes, list(placed), stage)
    better = keys.get("better")
    if better is not None and plain(better) not in ("higher", "lower"):
        yield Diagnostic(
            "wrong-value", f"`better` cannot be `{plain(better)}`", better.span, "write `higher` or `lower`"
        )
    unit = keys.get("unit")
    if unit is not None and not (isinstance(unit, Scalar) and unit.value in ("percent", None)):
        yield Diagnostic(
            "wrong-value", f"`unit` cannot be `{plain(unit)}`", unit.span, "write `percent`, or leave it out"
        )


def _axes(scope: Scope, reaches: Reaches, node: Node) -> tuple[str, ...]:
    output = metric_of(scope, plain(node))
    return reaches.axes_of_stage(output.stage) if output is not None else tuple(scope.axes)


def _keys(scope: Scope, metrics: Mapping[str, Node]) -> tuple[str, ...]:
    """The keys of rows that all of some metrics may have."""
    nodes = itertools.chain.from_iterable(map(each, metrics.values()))
    found = [keys_of(scope, metric_of(scope, plain(node))) for node in nodes]
    return tuple(key for key in ROW_KEYS if all(key in keys for keys in found))


def _along(display: Display) -> tuple[str, ...]:
    """The keys of rows along which a table has its metrics; a figure's follow from what it draws."""
    keys = {str(key.value): plain(node) for key, node in display.keys}
    return keys_among(*(keys.get(name) for name in TABLE_AXES)) if "value" in keys else ()


def _stage(scope: Scope, metrics: Mapping[str, Node]) -> str | None:
    nodes = itertools.chain.from_iterable(map(each, metrics.values()))
    output = next((metric_of(scope, plain(node)) for node in nodes), None)
    return output.stage if isinstance(output, OutputOf) else None


def resolve_displays(scope: Scope, displays: tuple[Display, ...]) -> tuple[ResolvedDisplay, ...]:
    """Before: figures or tables as written, checked. After: their metrics looked up."""
    return tuple(ResolvedDisplay(d.name, _resolved_keys(scope, d)) for d in displays)


def _resolved_keys(scope: Scope, display: Display) -> dict[str, Any]:
    written = {str(key.value): plain(node) for key, node in display.keys}
    lines = written.pop(LINES, None)
    found = {key: _resolved(scope, key, value, _along(display)) for key, value in written.items()}
    return found if lines is None else found | {LINES: resolved_lines(scope, lines, written)}


def metrics_shown(display: ResolvedDisplay) -> Iterator[Mapping[str, Any]]:
    """The metrics that a figure or table names, in its places and by its lines."""
    values = [
        one for value in display.keys.values() for one in (value if isinstance(value, list) else [value])
    ]
    values += [line["of"] for line in display.keys.get(LINES, ())]
    yield from (one for one in values if isinstance(one, dict) and one.keys() >= {"stage", "metric"})


def _resolved(scope: Scope, key: str, value: Any, along: tuple[str, ...]) -> Any:
    if key in CHANNELS and (axis := axis_of_field(scope, value)) is not None:
        return resolved_field(axis, value)
    if key in (*CHANNELS, "value") and isinstance(value, list):
        return [_resolved(scope, key, item, along) for item in value]
    if key in (*CHANNELS, "value") and isinstance(value, str) and "." in value:
        output = metric_of(scope, value)
        assert output is not None
        return varying(output, along)
    if key == "rows" and not isinstance(value, list) and value is not None:
        return [value]
    return own_levels_of(scope, value) if key == "where" else value
