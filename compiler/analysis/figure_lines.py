"""Lines laid over a figure: constants, y = x, fitted curves, and curves that another metric draws."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heldout.compiler.analysis.claims import check_metric, check_where, check_whole, metric_of, plain
from heldout.compiler.analysis.level_fields import axis_of_field, check_field, resolved_field
from heldout.compiler.analysis.levels import own_levels_of
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.row_keys import ROW_KEYS, keys_of, varying
from heldout.compiler.analysis.scope import OutputOf, Scope
from heldout.compiler.analysis.several_metrics import METRIC
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.tree import Mapping as MappingNode
from heldout.compiler.syntax.tree import Node, Scalar, Sequence

POSITIONS = ("x", "y")
FACETS = ("column", "row")
PROFILE = "profile"  # a mark that is of a metric along `x`, and has shares along `y`
KINDS = (*POSITIONS, "diagonal", "fit", "metric")  # a line is one of these
FITS = (
    "linear",
    "log-linear",
    "power-law",
    "power-law-offset",
    "quadratic",
    "inverted-u",
    "u",
)  # as `fit` has
OF_LOGARITHMS = ("power-law", "log-linear", "power-law-offset")
KEYS = (*KINDS, "where", "label")
MOST_LINES = 20
_FORM = "write `{y: 0.1}`, `{diagonal: true}`, `{fit: power-law}` or `{metric: STAGE.METRIC}`"


@dataclass(frozen=True)
class Drawn:
    """What a figure draws, over which lines are laid.

    Attributes:
        channels: that it has, as written.
        metrics: those of them that hold metrics.
        mark: how it is drawn.
        where: the part of the grid that it keeps to, as written.
        log: the positions that stand by logarithms.
    """

    channels: Mapping[str, Node]
    metrics: Mapping[str, Node]
    mark: str
    where: Node | None
    log: tuple[str, ...] = ()

    @property
    def names(self) -> Mapping[str, str]:
        """By channel, the axis that it shows, or whose field."""
        shown = {c: str(plain(node)) for c, node in self.channels.items() if c not in self.metrics}
        return {channel: text.partition(".")[0] for channel, text in shown.items() if text != METRIC}

    def is_scale(self, scope: Scope, channel: str) -> bool:
        """Whether numbers have a place along a channel: a metric's, or those of an axis under a line."""
        if channel in self.metrics or (channel == "y" and self.mark == PROFILE):
            return True
        if channel not in self.channels or self.mark != "line":
            return False
        text = plain(self.channels[channel])
        return text in ROW_KEYS or all(map(_is_number, _places(scope, text)))


def check_lines(scope: Scope, reaches: Reaches, node: Node, drawn: Drawn) -> Iterator[Diagnostic]:
    """Every line of a figure has a place in it."""
    if not isinstance(node, Sequence):
        yield Diagnostic("wrong-type", "`lines` is a list of lines", node.span, f"{_FORM} in a list")
        return
    if len(node.items) > MOST_LINES:
        message = f"the figure has {len(node.items)} lines laid over it; at most {MOST_LINES}"
        yield Diagnostic("out-of-range", message, node.span, "lay fewer over it, or draw a second figure")
    for line in node.items:
        yield from _line(scope, reaches, line, drawn)


def _line(scope: Scope, reaches: Reaches, line: Node, drawn: Drawn) -> Iterator[Diagnostic]:
    keys = {str(k.value): (k, v) for k, v in line.entries} if isinstance(line, MappingNode) else {}
    for name, (key, _) in keys.items():
        if name not in KEYS:
            yield Diagnostic("unknown-key", f"a line has no key `{name}`", key.span, nearest(name, KEYS))
    kinds = [name for name in keys if name in KINDS]
    if not kinds and keys.keys() - set(KEYS):
        return  # one of these is what is drawn, misspelt, which is said
    if len(kinds) != 1:
        found = " and ".join(f"`{kind}`" for kind in kinds) or "nothing that is drawn"
        yield Diagnostic("wrong-value", f"a line of the figure is {found}", line.span, _FORM)
        return
    label = keys.get("label")
    if label is not None and not isinstance(plain(label[1]), str):
        yield Diagnostic("wrong-type", "`label` is text", label[1].span, "put it in quotes")
    kind, (key, value) = kinds[0], keys[kinds[0]]
    match kind:
        case "x" | "y":
            yield from _constant(scope, kind, value, drawn)
        case "diagonal":
            if plain(value) is not True:
                yield Diagnostic("wrong-value", "`diagonal` is y = x, or no line", value.span, "write `true`")
            for channel in POSITIONS:
                yield from _scaled(scope, channel, key, drawn)
        case "fit":
            yield from _fit(scope, key, value, drawn)
        case "metric":
            yield from _curve(scope, reaches, value, drawn)
    where = keys.get("where")
    output = metric_of(scope, plain(value)) if kind in (*POSITIONS, "metric") else None
    if where is not None and output is None:
        message = "`where` says which cells of a metric a line is of, and this one is of none"
        yield Diagnostic("wrong-value", message, where[0].span, "leave it out")
    elif where is not None and output is not None:
        known = (*reaches.axes_of_stage(output.stage), *keys_of(scope, output))
        yield from check_where(scope, where[1], known, output.stage)


def _scaled(scope: Scope, channel: str, key: Scalar, drawn: Drawn) -> Iterator[Diagnostic]:
    if not drawn.is_scale(scope, channel):
        message = f"numbers have no place along `{channel}` of this figure, and `{key.value}` needs one"
        hint = f"show a metric in `{channel}`, or an axis of numbers under `mark: line`"
        yield Diagnostic("wrong-value", message, key.span, hint)


def _constant(scope: Scope, channel: str, value: Node, drawn: Drawn) -> Iterator[Diagnostic]:
    if not drawn.is_scale(scope, channel):
        yield from _scaled(scope, channel, Scalar(channel, value.span), drawn)
        return
    text = plain(value)
    if _is_number(text):
        if channel in drawn.log and channel in drawn.metrics and float(str(text)) <= 0:
            message = f"`{channel}` stands by logarithms, which {text} has none of"
            yield Diagnostic("wrong-value", message, value.span, "write a number above zero")
        return
    axis = axis_of_field(scope, text)
    if axis is not None:
        problems = list(check_field(scope, value, tuple(scope.axes), None))
        numbers = _places(scope, text) if not problems else []
        told = (*(plain(drawn.channels[c]) for c in FACETS if c in drawn.channels), *_kept(drawn.where))
        if not all(map(_is_number, numbers)):
            problems.append(
                Diagnostic("wrong-value", f"`{text}` is no number", value.span, "name a field of numbers")
            )
        elif len(set(numbers)) > 1 and axis.name not in told:
            message = f"`{text}` has {len(set(numbers))} values, and a line has one in each panel"
            hint = f"show `{axis.name}` in `column` or `row`, or keep `where` to one of its levels"
            problems.append(Diagnostic("wrong-value", message, value.span, hint))
        yield from problems
        return
    if not isinstance(text, str) or "." not in text:
        message = f"a line along `{channel}` is at a number, not at `{text}`"
        yield Diagnostic("wrong-type", message, value.span, "write a number, `STAGE.METRIC` or `AXIS.FIELD`")
        return
    yield from check_metric(scope, value)
    yield from check_whole(scope, value, _facet_keys(drawn))


def _fit(scope: Scope, key: Scalar, value: Node, drawn: Drawn) -> Iterator[Diagnostic]:
    if plain(value) not in FITS:
        message = f"no curve is called `{plain(value)}`"
        yield Diagnostic("wrong-value", message, value.span, nearest(plain(value), FITS))
    elif "y" not in drawn.metrics:
        hint = "leave it out, or show the metric in `y`"
        yield Diagnostic("wrong-value", "a curve is fitted to a metric in `y`", key.span, hint)
    else:
        yield from _scaled(scope, "x", key, drawn)
        text = plain(drawn.channels["x"]) if "x" in drawn.channels else None
        if plain(value) in OF_LOGARITHMS and "x" not in drawn.metrics and text not in ROW_KEYS:
            numbers = [n for n in _places(scope, text) if _is_number(n)]
            if numbers and min(numbers) <= 0:
                message = f"`{plain(value)}` is of logarithms, and `{text}` has {min(numbers)}"
                yield Diagnostic("wrong-value", message, value.span, "write `fit: quadratic`")


def _curve(scope: Scope, reaches: Reaches, value: Node, drawn: Drawn) -> Iterator[Diagnostic]:
    yield from check_metric(scope, value)
    output = metric_of(scope, plain(value))
    if output is None:
        return
    along = drawn.names.get("x")
    if "y" not in drawn.metrics or along is None:
        message = "the curve of a metric is drawn over what `x` shows, of a figure with a metric in `y`"
        hint = "write `{y: STAGE.METRIC}` for a line at one number"
        yield Diagnostic("wrong-value", message, value.span, hint)
        return
    yield from check_whole(scope, value, (*_facet_keys(drawn), *drawn.names.values()))
    known = (*reaches.axes_of_stage(output.stage), *keys_of(scope, output))
    if along not in known:
        message = f"`{plain(value)}` does not vary along `{along}`, which `x` shows"
        hint = f"write `{{y: {plain(value)}}}` for a line at one number, or name a metric over `{along}`"
        yield Diagnostic("unknown-axis", message, value.span, hint)


def _facet_keys(drawn: Drawn) -> tuple[str, ...]:
    return tuple(drawn.names[facet] for facet in FACETS if facet in drawn.names)


def _kept(where: Node | None) -> tuple[str, ...]:
    """The axes that `where` keeps to one level."""
    entries = where.entries if isinstance(where, MappingNode) else ()
    return tuple(
        str(key.value) for key, value in entries if not isinstance(value, Sequence) or len(value.items) == 1
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _places(scope: Scope, text: object) -> list[Any]:
    """What an axis, or a field of its levels, holds at each level; a None where nothing is known."""
    axis = axis_of_field(scope, text)
    if axis is not None:
        return list(resolved_field(axis, str(text))["values"].values())
    named = scope.axes.get(str(text))
    return [level.label for level in named.levels] if named is not None else [None]


def resolved_lines(
    scope: Scope, lines: list[dict[str, Any]], keys: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Lines as the report reads them: each with its kind, and what it is of looked up."""
    return [_resolved(scope, line, keys) for line in lines]


def _resolved(scope: Scope, line: dict[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    kind = next(name for name in KINDS if name in line)
    value = line[kind]
    more = {name: line[name] for name in ("label",) if name in line}
    if "where" in line:
        more["where"] = own_levels_of(scope, line["where"])
    if isinstance(value, str) and kind != "fit":
        axis, output = axis_of_field(scope, value), metric_of(scope, value)
        assert axis is not None or output is not None
        value = resolved_field(axis, value) if axis is not None else _varying(scope, output, line, keys)
    return {"kind": kind, "of": value, **more}


def _varying(
    scope: Scope, output: OutputOf | None, line: Mapping[str, Any], keys: Mapping[str, Any]
) -> dict[str, Any]:
    """A metric with the steps and groups that the figure shows, or that `where` keeps to some."""
    assert output is not None
    shown = POSITIONS if "metric" in line else ()
    named = [keys.get(channel) for channel in (*shown, "color", *FACETS)]
    named += [*(line.get("where") or {}), *(keys.get("where") or {})]
    return varying(output, tuple(key for key in keys_of(scope, output) if key in named))
