"""Which axes and stages an expression reaches: a stage has exactly the axes that its references reach."""

from collections import deque
from dataclasses import dataclass
from functools import cached_property

from heldout.compiler.analysis.scope import Scope
from heldout.compiler.syntax.expression import (
    Arithmetic,
    At,
    Draw,
    Expression,
    ListOf,
    MapOf,
    Previous,
    Reference,
    names_in,
)
from heldout.compiler.syntax.study import Stage


@dataclass(frozen=True)
class Edge:
    """A stage that is read.

    Attributes:
        stage: which.
        pinned: its axes whose level the reader names itself (`{from: …, at: …}`).
        along: the sequence axis, where it is read one step earlier.
    """

    stage: str
    pinned: frozenset[str] = frozenset()
    along: str | None = None


@dataclass(frozen=True)
class Reach:
    """The axes named, directly and through levels, and the stages read."""

    axes: frozenset[str] = frozenset()
    edges: frozenset[Edge] = frozenset()

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(self.axes | other.axes, self.edges | other.edges)


class Reaches:
    """Reach of every expression of a study, and from it the axes of every stage."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._by_axis: dict[tuple[str, str | None], Reach] = {}

    # Found on demand: the first checks look at names alone, before which nothing here means anything.
    @cached_property
    def stages(self) -> dict[str, Reach]:
        return {name: self.of_stage(stage) for name, stage in self.scope.stages.items()}

    @cached_property
    def axes(self) -> dict[str, frozenset[str]]:
        """The axes of every stage."""
        return self._infer()

    def of_stage(self, stage: Stage) -> Reach:
        reach = Reach()
        for argument in stage.arguments:
            reach |= self.of(argument.value)
        # An axis that says what is gathered is asked for its level, and not for what that stands for.
        narrowed = [one.narrowing for one in stage.over if one.narrowing is not None]
        named = {reference.name for one in narrowed for reference in one.references}
        reach |= Reach(frozenset(named & self.scope.axes.keys()))
        return reach | self.of(stage.search) if stage.search is not None else reach

    def of(self, expression: Expression) -> Reach:
        """What an expression reaches itself; the axes of the stages that it reads come on top."""
        match expression:
            case Reference(name, field) if name in self.scope.axes:
                return self._of_axis(name, field)
            case Reference(name) if name in self.scope.stages:
                return Reach(edges=frozenset({Edge(name)}))
            case Previous(previous, initially):
                along = self.along(expression)
                own = frozenset({along} if along is not None else ())
                known = previous.name in self.scope.stages
                edge = frozenset({Edge(previous.name, along=along)} if known else ())
                return Reach(own, edge) | self.of(initially)
            case At(source, levels):
                reach = Reach()
                if source.name in self.scope.stages:
                    pinned = frozenset(axis for axis, _ in levels)
                    reach = Reach(edges=frozenset({Edge(source.name, pinned)}))
                for _, level in levels:
                    reach |= self.of(level)
                return reach
            case Draw() if self.scope.search_axis is not None:
                return Reach(frozenset({self.scope.search_axis.name}))
            case Arithmetic(formula):
                return self._of_all(tuple(names_in(formula)))
            case ListOf(items):
                return self._of_all(items)
            case MapOf(entries):
                return self._of_all(tuple(value for _, _, value in entries))
            case _:
                return Reach()

    def _of_all(self, expressions: tuple[Expression, ...]) -> Reach:
        reach = Reach()
        for expression in expressions:
            reach |= self.of(expression)
        return reach

    def _of_axis(self, name: str, field: str | None) -> Reach:
        key = (name, field)
        if key not in self._by_axis:
            self._by_axis[key] = Reach(
                frozenset({name})
            )  # while it is being found: axes may lean on each other
            axis = self.scope.axes[name]
            values: tuple[Expression, ...] = ()
            if axis.may_refer:
                fields = (axis.value(level, field) for level in axis.levels)
                values = tuple(value for value in fields if value is not None)
            self._by_axis[key] = Reach(frozenset({name})) | self._of_all(values)
        return self._by_axis[key]

    def along(self, previous: Previous) -> str | None:
        """The sequence axis along which `previous` steps."""
        if previous.along is not None:
            return previous.along if previous.along in self.scope.axes else None
        sequences = self.scope.sequence_axes
        return sequences[0] if len(sequences) == 1 else None

    def _infer(self) -> dict[str, frozenset[str]]:
        """The axes of every stage: the least sets that hold what is reached, less what is gathered."""
        axes: dict[str, frozenset[str]] = {name: frozenset() for name in self.stages}
        readers: dict[str, set[str]] = {name: set() for name in self.stages}
        for name, reach in self.stages.items():
            for edge in reach.edges:
                readers[edge.stage].add(name)
        waiting, queued = deque(self.stages), set(self.stages)
        while waiting:
            name = waiting.popleft()
            queued.discard(name)
            found = self.reached(self.stages[name], axes) - self.scope.stages[name].gathered
            if found != axes[name]:
                axes[name] = found
                fresh = readers[name] - queued
                waiting.extend(sorted(fresh))
                queued |= fresh
        return axes

    def reached(self, reach: Reach, axes: dict[str, frozenset[str]] | None = None) -> frozenset[str]:
        """The axes of a reach, with those of the stages that it reads."""
        axes = self.axes if axes is None else axes
        found = set(reach.axes)
        for edge in reach.edges:
            found |= axes[edge.stage] - edge.pinned
        return frozenset(found)

    def axes_of(self, expression: Expression) -> tuple[str, ...]:
        """All axes that the value of an expression depends on, in the study's order."""
        found = self.reached(self.of(expression))
        return tuple(sorted(found, key=self.scope.order.__getitem__))

    def axes_of_stage(self, name: str) -> tuple[str, ...]:
        """The axes of a stage, in the study's order."""
        return tuple(sorted(self.axes[name] & self.scope.order.keys(), key=self.scope.order.__getitem__))
