"""Arrivals: the outputs that an expression at a port stands for, each with the levels at which it does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from heldout.compiler.analysis.firewall import pinned
from heldout.compiler.analysis.knowledge import EVERYWHERE, When, both
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import OutputOf, Scope
from heldout.compiler.diagnostics import Span
from heldout.compiler.syntax.expression import At, Expression, ListOf, Literal, Previous, Reference


@dataclass(frozen=True)
class Arrival:
    """An output that may arrive at a port.

    Attributes:
        when: the levels at which it does, so far as axes tell.
        step: how it is read: at levels that are named, or one step earlier.
        span: where it is referred to: the reference to the axis, where that stands for it.
    """

    output: OutputOf
    when: When
    step: At | Previous | None
    span: Span


class Arrivals:
    """What arrives by the expressions of a study; levels that stand for one thing are one arrival."""

    def __init__(self, scope: Scope, reaches: Reaches) -> None:
        self._scope = scope
        self._reaches = reaches
        self._by_axis: dict[tuple[str, str | None], list[Arrival]] = {}

    def of(self, expression: Expression) -> list[Arrival]:
        """What an expression stands for, by all levels of the axes that it names."""
        return list(self._found(expression, frozenset()))

    def moved(self, when: When, step: At | Previous | None) -> When | None:
        """Where what holds at some levels is met by who reads it; None: nowhere, or nobody knows.

        What the steps of a sequence tell apart is not known one step later.
        """
        match step:
            case At(_, levels):
                return pinned(when, levels)
            case Previous():
                told = self._in_step(self._reaches.along(step))
                return None if any(axis in told for axis, _ in when) else when
        return when

    def _found(self, expression: Expression, inside: frozenset[str]) -> Iterator[Arrival]:
        match expression:
            case Reference(name, field) if name in self._scope.axes:
                if name not in inside:
                    found = self._of_axis(name, field, inside)
                    yield from (replace(one, span=expression.span) for one in found)
            case Reference():
                yield from self._read(expression, None, expression.span)
            case At(source):
                yield from self._read(source, expression, expression.span)
            case Previous(previous, initially):
                yield from self._read(previous, expression, previous.span)
                along = self._reaches.along(expression)
                first = self._scope.axes[along].levels[0].text if along is not None else ""
                for one in self._found(initially, inside):
                    when = both(one.when, frozenset({(along, first)} if along is not None else ()))
                    if when is not None:
                        yield replace(one, when=when)
            case ListOf(items):
                for item in items:
                    yield from self._found(item, inside)

    def _read(self, reference: Reference, step: At | Previous | None, span: Span) -> Iterator[Arrival]:
        output = self._scope.output(reference)
        if output is not None and output.metric is None:
            yield Arrival(output, EVERYWHERE, step, span)

    def _of_axis(self, name: str, field: str | None, inside: frozenset[str]) -> list[Arrival]:
        axis = self._scope.axes[name]
        if not axis.may_refer:
            return []
        if (name, field) not in self._by_axis:
            places: dict[tuple[OutputOf, int], tuple[Arrival, set[When]]] = {}
            for level in axis.levels:
                value = axis.value(level, field)
                if value is None or isinstance(value, Literal):
                    continue
                for one in self._found(value, inside | {name}):
                    when = both(one.when, frozenset({(name, level.text)}))
                    if when is not None:
                        places.setdefault((one.output, id(one.step)), (one, set()))[1].add(when)
            self._by_axis[name, field] = [
                replace(one, when=when)
                for one, whens in places.values()
                for when in merged(self._scope, whens)
            ]
        return self._by_axis[name, field]

    def _in_step(self, along: str | None) -> set[str]:
        """A sequence axis and those that go in step with it."""
        groups = ({name for name, _ in group} for group in self._scope.study.zips)
        return {along or ""}.union(*(group for group in groups if along in group))


def merged(scope: Scope, whens: Iterable[When]) -> list[When]:
    """The same levels in fewer conditions: those that differ on one axis are one, and all of an axis none."""
    left = set(whens)
    for axis in scope.axes:
        named = [when for when in left if any(name == axis for name, _ in when)]
        if not named:
            continue
        left.difference_update(named)
        levels: dict[When, set[tuple[str, str]]] = {}
        for when in named:
            own = {pair for pair in when if pair[0] == axis}
            levels.setdefault(when - own, set()).update(own)
        every = set(scope.axes[axis].texts())
        left |= {rest if len(own) == len(every) else rest | own for rest, own in levels.items()}
    return sorted(left, key=sorted)
