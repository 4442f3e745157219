"""Situations: levels of axes enough to see all that an expression can stand for."""

import itertools
from collections.abc import Iterable, Iterator

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.syntax.expression import (
    Arithmetic,
    Draw,
    Expression,
    ListOf,
    MapOf,
    Reference,
    names_in,
    walk,
)
from heldout.compiler.syntax.study import Axis

MAX_TRIALS = 1000  # of a search, looked at one by one


def situations(scope: Scope, expression: Expression) -> Iterator[dict[str, int]]:
    """The number of a level of every axis that matters, for each thing that there is to see.

    Parts that stand beside each other vary one at a time, the others at their first; the axes
    that a level leans on vary within that level. So the count grows with the spec, and not with
    the product of its axes.
    """
    first = _first(scope, expression)
    for at in _varied(scope, expression):
        yield first | at


def _first(scope: Scope, expression: Expression) -> dict[str, int]:
    """The first level of every axis that an expression may need, at any of its levels."""
    needed: dict[str, int] = {}
    waiting = [expression]
    while waiting:
        for part in walk(waiting.pop()):
            match part:
                case Reference(name) if name in scope.axes and name not in needed:
                    needed[name] = 0
                    refers = scope.axes[name].may_refer
                    waiting += [level.value for level in scope.axes[name].levels] if refers else []
                case Draw() if scope.search_axis is not None:
                    needed[scope.search_axis.name] = 0
    return needed


def _varied(scope: Scope, expression: Expression) -> Iterator[dict[str, int]]:
    """Each situation as the levels in which it differs from the first; the first of them in none."""
    match expression:
        case Reference(name, field) if name in scope.axes:
            for index in telling_levels(scope.axes[name]):
                value = scope.axes[name].value(scope.axes[name].levels[index], field)
                for at in _varied(scope, value) if value is not None else ({},):
                    yield {name: index, **at}
        case Draw() if scope.search_axis is not None:
            for index in telling_levels(scope.search_axis):
                yield {scope.search_axis.name: index}
        case Arithmetic(formula):
            yield from _one_at_a_time(scope, names_in(formula))
        case ListOf(items):
            yield from _one_at_a_time(scope, items)
        case MapOf(entries):
            yield from _one_at_a_time(scope, [value for _, _, value in entries])
        case _:
            yield {}


def _one_at_a_time(scope: Scope, parts: Iterable[Expression]) -> Iterator[dict[str, int]]:
    yield {}
    for part in parts:
        yield from itertools.islice(_varied(scope, part), 1, None)


def telling_levels(axis: Axis) -> Iterable[int]:
    """The levels of an axis that may be right or wrong each for itself."""
    last = len(axis.levels) - 1
    match axis.kind:
        case "count" | "sequence":  # numbers from 0: the ends say enough
            return (0, last) if last else (0,)
        case "search":
            return range(min(last + 1, MAX_TRIALS))
        case _:
            return range(last + 1)
