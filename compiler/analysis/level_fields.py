"""Fields of levels, as claims and figures name them: `task.coverage` is a number of each level of `task`."""

from collections.abc import Iterator
from typing import Any

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.expression import Literal
from heldout.compiler.syntax.study import Axis
from heldout.compiler.syntax.tree import Node, Scalar


def axis_of_field(scope: Scope, text: object) -> Axis | None:
    """The axis of which a text names a field; None where it names none: `score.accuracy` is a metric."""
    name, dot, _ = text.partition(".") if isinstance(text, str) else ("", "", "")
    return scope.axes.get(name) if dot else None


def check_field(scope: Scope, node: Node, axes: tuple[str, ...], stage: str | None) -> Iterator[Diagnostic]:
    """A node names a field that is a plain value at every level of an axis.

    Args:
        scope: of the study.
        node: what is written.
        axes: that the field may be of.
        stage: whose axes these are, or None.
    """
    text = node.value if isinstance(node, Scalar) else None
    axis = axis_of_field(scope, text)
    if axis is None or axis.name not in axes:
        of = f"`{stage}` does not have the axis" if stage is not None else "no axis is called"
        name = str(text).partition(".")[0] if isinstance(text, str) else "…"
        hint = f"write `AXIS.FIELD`; axes: {', '.join(axes) or 'none'}"
        yield Diagnostic("unknown-axis", f"{of} `{name}`", node.span, hint)
        return
    field = str(text).partition(".")[2]
    for level in axis.levels:
        value = axis.value(level, field)
        if value is None:
            message = f"the level `{level.text}` of `{axis.name}` has no field `{field}`"
            yield Diagnostic("unknown-field", message, node.span, nearest(field, axis.fields()))
            return
        if not isinstance(value, Literal):
            message = f"`{field}` of the level `{level.text}` of `{axis.name}` is no plain value"
            yield Diagnostic("wrong-value", message, value.span, "write a number, or a text, there")
            return


def resolved_field(axis: Axis, text: str) -> dict[str, Any]:
    """What a claim or figure is told of a field: its axis and name, and by level what it is there."""
    field = text.partition(".")[2]
    values: dict[str, Any] = {}
    for level in axis.levels:
        values.setdefault(level.text, getattr(axis.value(level, field), "value", None))
    return {"axis": axis.name, "field": field, "values": values}
