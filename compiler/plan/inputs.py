"""Resolve the inputs of a cell: from an expression at a port to outputs of tasks."""

import json
from array import array
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import OutputOf, Scope
from heldout.compiler.catalog import Port
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.columns import Shape
from heldout.compiler.plan.tasks import NO_TASK, Tasks
from heldout.compiler.syntax.expression import At, Expression, ListOf, Previous, Reference
from heldout.compiler.syntax.study import level_text

Levels = Mapping[str, int]  # the number of the level of each axis


class NoCell(Exception):
    """A cell that the spec does not mean would be read."""


class Input(NamedTuple):
    """What a port reads: an output of one task, or one metric of it."""

    task: int
    port: str
    metric: str | None

    def text(self, tasks: Tasks, hidden: tuple[str, ...] = ()) -> str:
        """The input in canonical JSON; `hidden` is what of its rows the operator is not given."""
        (name,) = tasks.names((self.task,))
        return name.join(self.around(self.port, self.metric, hidden))

    @staticmethod
    @cache
    def around(port: str, metric: str | None, hidden: tuple[str, ...] = ()) -> tuple[str, str]:
        """What of that stands before the task and after it. (Ports and metrics are plain ASCII words.)"""
        named = "" if metric is None else f'"metric":{json.dumps(metric, ensure_ascii=False)},'
        if hidden and metric is None:  # a number has no rows
            named = f'"hide":{canonical(list(hidden))},'
        return f'{{{named}"port":"{port}","task":"', '"}'


class Source(NamedTuple):
    """A stage that may be read: its grid, and the task of every cell of it, as far as they are known."""

    shape: Shape
    numbers: "array[int]"

    def task(self, at: Levels) -> int:
        """The number of the task at levels of (at least) its axes, or NO_TASK."""
        cell = 0
        for axis, size in self.shape.items():
            cell = cell * size + at[axis]
        return self.numbers[cell]


class InputResolver:
    """Finds the tasks behind expressions.

    Attributes:
        sources: the stages, by name.
    """

    def __init__(self, scope: Scope, reaches: Reaches) -> None:
        self.scope = scope
        self.reaches = reaches
        self.sources: dict[str, Source] = {}
        self._numbers: dict[str, dict[str, int]] = {}  # of the levels of an axis, by their text

    def resolve(self, expression: Expression, at: Levels, port: Port) -> list[Input | None]:
        """The inputs that an expression stands for, one unless it is a list.

        Raises:
            NoCell: one of them does not exist.
        """
        match expression:
            case Reference(name, field) if name in self.scope.axes:
                axis = self.scope.axes[name]
                value = axis.value(axis.levels[at[name]], field)
                if value is None:
                    raise NoCell
                return self.resolve(value, at, port)
            case Reference():
                output = self.scope.output(expression)
                assert output is not None
                return [self._input(output, at, port)]
            case Previous(previous, initially):
                along = self.reaches.along(expression)
                assert along is not None
                if at[along] == 0:
                    return self.resolve(initially, at, port)
                return self.resolve(previous, {**at, **self._one_before(along, at)}, port)
            case At(source, levels):
                return self.resolve(source, {**at, **{a: self._pinned(a, e, at) for a, e in levels}}, port)
            case ListOf(items):
                return [one for item in items for one in self.resolve(item, at, port)]
            case _:
                return [None]

    def metric(self, output: OutputOf, port: Port) -> str | None:
        """The metric that a port reads of an output: the only one, where it takes a number."""
        if output.metric is not None or not self.scope.catalog.kind(port.kind).is_number:
            return output.metric
        metrics = self.scope.metrics(output.stage, output.port)
        return metrics[0] if metrics is not None and len(metrics) == 1 else None

    def pinned(self, levels: Sequence[tuple[str, Expression]]) -> dict[str, int] | None:
        """By axis, the numbers of levels that are named; None where one is that of another axis."""
        if any(isinstance(level, Reference) for _, level in levels):
            return None
        return {axis: self._pinned(axis, level, {}) for axis, level in levels}

    def _input(self, output: OutputOf, at: Levels, port: Port) -> Input:
        task = self.sources[output.stage].task(at)
        if task == NO_TASK:
            raise NoCell
        return Input(task, output.port, self.metric(output, port))

    def _one_before(self, along: str, at: Levels) -> dict[str, int]:
        """The step before along an axis, and where the axes that go in step with it then are."""
        before = at[along] - 1
        group = next((g for g in self.scope.study.zips if along in [name for name, _ in g]), ())
        moved = {axis: self._numbered(axis)[self.scope.axes[axis].texts()[before]] for axis, _ in group}
        return {**moved, along: before}

    def _pinned(self, axis: str, level: Expression, at: Levels) -> int:
        """The number of the level at which an axis is pinned."""
        if isinstance(level, Reference):
            label = self.scope.axes[level.name].levels[at[level.name]].label
        else:
            label = getattr(level, "value", None)
        return self._numbered(axis)[level_text(label)]

    def _numbered(self, axis: str) -> dict[str, int]:
        """The numbers of an axis's levels by their text; a label that it repeats is one level, its first."""
        if axis not in self._numbers:
            texts = enumerate(self.scope.axes[axis].texts())
            self._numbers[axis] = {known: number for number, known in reversed(list(texts))}
        return self._numbers[axis]
