"""Axes whose levels refer to other axes: in no circle, and to no endless size."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from heldout.compiler.analysis.circle import from_first
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.expression import Expression, ListOf, MapOf, Previous, Reference, walk
from heldout.compiler.syntax.study import Level

MAX_CHAIN = 8  # axes that lean on each other, one after the other
MAX_VALUES = 50_000


def check_leaning(scope: Scope) -> Iterator[Diagnostic]:
    """Every level has a value, of a size that can be handled. Changes nothing."""
    leans = {name: _named_axes(scope, name) for name in scope.axes}
    try:
        order = tuple(TopologicalSorter(leans).static_order())
    except CycleError as error:
        circle = from_first(error.args[1], tuple(scope.axes))
        message = f"the levels of `{circle[0]}` refer to each other in a circle: {' → '.join(circle)}"
        yield Diagnostic("axis-circle", message, scope.axes[circle[0]].span, "break the circle")
        return
    chain: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for name in order:
        chain[name] = 1 + max((chain[other] for other in leans[name]), default=0)
        if chain[name] > MAX_CHAIN:
            message = f"`{name}` is the last of {chain[name]} axes of which each refers to the next"
            hint = f"at most {MAX_CHAIN} may: write their values together"
            yield Diagnostic("value-size", message, scope.axes[name].span, hint)
            return
        sizes[name] = max(_size(level.value, sizes) for level in _different(scope, name))
        if sizes[name] > MAX_VALUES:
            message = f"a level of `{name}` stands for more than {MAX_VALUES:,} values"
            hint = "it repeats other axes too often"
            yield Diagnostic("value-size", message, scope.axes[name].span, hint)
            return


def _different(scope: Scope, name: str) -> tuple[Level, ...]:
    """The levels of an axis that are not all alike."""
    axis = scope.axes[name]
    return axis.levels if axis.may_refer else axis.levels[:1]


def _named_axes(scope: Scope, name: str) -> set[str]:
    return {
        part.name
        for level in _different(scope, name)
        for part in walk(level.value)
        if isinstance(part, Reference) and part.name in scope.axes
    }


def _size(expression: Expression, sizes: Mapping[str, int]) -> int:
    """How many values an expression stands for, those of the axes in it among them."""
    match expression:
        case Reference(name):
            return sizes.get(name, 1)
        case ListOf(items):
            return 1 + sum(_size(item, sizes) for item in items)
        case MapOf(entries):
            return 1 + sum(_size(value, sizes) for _, _, value in entries)
        case Previous(_, initially):
            return 1 + _size(initially, sizes)
        case _:
            return 1
