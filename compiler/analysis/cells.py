"""Cells that claims compare, each a level of several axes: `{size: small, tuning: tuned}`."""

from collections.abc import Iterator, Mapping
from typing import Any

from heldout.compiler.analysis.levels import has_level, own_levels, unknown_level
from heldout.compiler.analysis.row_keys import check_key_level
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Component, Parameter
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.study import Claim, level_text
from heldout.compiler.syntax.tree import Mapping as MappingNode
from heldout.compiler.syntax.tree import Node, Scalar, Sequence, describe


def may_be_cells(component: Component, parameter: Parameter) -> bool:
    """Whether a parameter may name cells in place of levels: the axis of these may be left out."""
    axis = parameter.refers.axis if parameter.refers is not None and parameter.refers.to == "level" else None
    return axis is not None and not component.parameters[axis].required


def is_among_all(parameter: Parameter) -> bool:
    """Whether what a parameter names is a level among all of an axis or, of several axes, a cell."""
    return parameter.refers is not None and parameter.refers.among_all


def cells_of(value: Any) -> list[Mapping[str, Any]]:
    """The cells that a parameter names."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Mapping)]


def own_cell(scope: Scope, cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell with the levels as their axes write them."""
    return {
        name: own_levels(scope.axes[name], one) if name in scope.axes else one for name, one in cell.items()
    }


def named_axis(written: Mapping[str, Node], name: str | None) -> Node | None:
    """What a claim writes for the axis that its levels are of; nothing where that is `null` or left out."""
    node = written.get(name or "")
    return None if isinstance(node, Scalar) and node.value is None else node


def check_sides(
    scope: Scope, claim: Claim, component: Component, name: str, known: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """What a parameter compares are levels of the claim's axis, or cells of the same axes."""
    written = {str(key.value): node for key, node in claim.parameters}
    refers = component.parameters[name].refers
    axis = named_axis(written, refers.axis) if refers is not None else None
    for item in _items(written[name]):
        if isinstance(item, Scalar) and item.value is None:
            continue
        if not isinstance(item, MappingNode):
            if axis is None and refers is not None:
                message = f"the claim `{claim.name}` lacks `{refers.axis}`"
                hint = f"add `{refers.axis}: …`, or write a cell: `{name}: {{AXIS: LEVEL, AXIS: LEVEL}}`"
                yield Diagnostic("missing-argument", message, claim.span, hint)
        elif axis is not None and refers is not None:
            message = f"`{name}` is a cell, which names its axes, and the claim names `{refers.axis}` too"
            yield Diagnostic("wrong-value", message, item.span, f"leave `{refers.axis}` out, or name a level")
        else:
            yield from _cell(scope, item, known)
            yield from _same_axes(claim, component, name, item)


def check_among(scope: Scope, node: Node, of: Node | None) -> Iterator[Diagnostic]:
    """A level is one of the axis that is named, or a cell of some of several axes."""
    axes = tuple(str(one.value) for one in _items(of) if isinstance(one, Scalar)) if of is not None else ()
    if isinstance(node, Scalar) and node.value is None:
        return
    if isinstance(node, MappingNode):
        yield from _cell(scope, node, axes)
    elif len(axes) > 1:
        message = f"a point of {' and '.join(f'`{axis}`' for axis in axes)} is named by a cell"
        yield Diagnostic("wrong-value", message, node.span, f"write `{{{axes[0]}: {_shown(node)}}}`")
    elif axes and axes[0] not in scope.axes:
        yield from check_key_level(axes[0], node)
    elif axes and (not isinstance(node, Scalar) or not has_level(scope.axes[axes[0]], node.value)):
        found = node.value if isinstance(node, Scalar) else None
        yield unknown_level(scope.axes[axes[0]], found, node.span)


def _shown(node: Node) -> str:
    return level_text(node.value) if isinstance(node, Scalar) else "LEVEL"


def _cell(scope: Scope, node: MappingNode, known: tuple[str, ...]) -> Iterator[Diagnostic]:
    for key, level in node.entries:
        name = str(key.value)
        if name not in known:
            yield Diagnostic("unknown-axis", f"no axis is called `{name}`", key.span, nearest(name, known))
        elif name not in scope.axes:
            yield from check_key_level(name, level)
        elif not isinstance(level, Scalar):
            message = f"a cell has one level of `{name}`, not {describe(level)}"
            yield Diagnostic("wrong-value", message, level.span, f"write `{{{name}: LEVEL, …}}`")
        elif not has_level(scope.axes[name], level.value):
            yield unknown_level(scope.axes[name], level.value, level.span)
    if not node.entries:
        yield Diagnostic(
            "wrong-value", "a cell names no axis", node.span, "write `{AXIS: LEVEL, AXIS: LEVEL}`"
        )


def _same_axes(claim: Claim, component: Component, name: str, node: MappingNode) -> Iterator[Diagnostic]:
    """The cells of a claim differ in levels, and name the same axes; those of the first are taken."""
    refers = component.parameters[name].refers
    of_axis = [
        other
        for other in component.referring("level")
        if component.parameters[other].refers == refers
        and any(str(k.value) == other for k, _ in claim.parameters)
    ]
    cells = [
        item
        for other in of_axis
        for key, written in claim.parameters
        if str(key.value) == other
        for item in _items(written)
        if isinstance(item, MappingNode) and item.entries
    ]
    if not node.entries:
        return
    first, own = ({str(key.value) for key, _ in one.entries} for one in (cells[0], node))
    if own != first:
        message = f"cells that are compared name the same axes: {_listed(first)}, and not {_listed(own)}"
        yield Diagnostic("wrong-value", message, node.span, "name each of them on every side")


def _listed(names: set[str]) -> str:
    return " and ".join(f"`{name}`" for name in sorted(names))


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)
