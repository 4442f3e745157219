"""What a stage's ports are given at its cells: as canonical JSON, and as the numbers of tasks."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Protocol, TypeVar

from heldout.compiler.analysis.hiding import hidden_at
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Operator, Port
from heldout.compiler.plan.cells import Grid
from heldout.compiler.plan.columns import Column, Projection, Shape, at_once
from heldout.compiler.plan.gathering import Gathering
from heldout.compiler.plan.inputs import Input, InputResolver, Levels, NoCell, Source
from heldout.compiler.plan.tasks import NO_TASK, Tasks
from heldout.compiler.syntax.expression import At, Expression, Reference
from heldout.compiler.syntax.study import Stage

T = TypeVar("T")

Cells = Sequence[int]
Hidden = tuple[str, ...]  # columns and tensors that the operator is not given
Output = tuple[str, str | None, Hidden]  # a port, the metric of it that is read, and what of it is hidden
Reads = tuple[int, ...]  # the numbers of the tasks that a cell reads


class PortColumn(Protocol):
    """What one port is given, at every cell of a grid. Texts and reads are asked where all is there."""

    def exist(self, cells: Cells) -> list[bool]:
        """Whether all is there that it reads."""

    def texts(self, cells: Cells) -> list[str]:
        """Its inputs as canonical JSON, with commas between; empty where it is given none."""

    def reads(self, cells: Cells) -> list[Reads]:
        """The tasks among them."""


class OneOutput:
    """Of a port that reads an output of a stage: at the same levels, or at some that are pinned."""

    def __init__(
        self, shape: Shape, source: Source, pinned: Mapping[str, int], output: Output, tasks: Tasks
    ) -> None:
        self._onto = Projection(shape, source.shape, pinned)
        self._numbers = source.numbers
        self._head, self._tail = Input.around(*output)
        self._tasks = tasks

    def _read(self, cells: Cells) -> list[int]:
        return list(map(self._numbers.__getitem__, self._onto(cells)))

    def exist(self, cells: Cells) -> list[bool]:
        return [task != NO_TASK for task in self._read(cells)]

    def texts(self, cells: Cells) -> list[str]:
        head, tail = self._head, self._tail
        return [f"{head}{name}{tail}" for name in self._tasks.names(self._read(cells))]

    def reads(self, cells: Cells) -> list[Reads]:
        return list(zip(self._read(cells), strict=True))


class Resolved:
    """Of a port that reads whatever an expression stands for, or nothing."""

    def __init__(
        self,
        shape: Shape,
        axes: Iterable[str],
        value: Expression | None,
        port: Port,
        resolver: InputResolver,
        tasks: Tasks,
        hidden: Hidden,
    ) -> None:
        def resolve(at: dict[str, int]) -> tuple[str, Reads] | None:
            if value is None:
                return "", ()
            try:
                inputs = [one for one in resolver.resolve(value, at, port) if one is not None]
            except NoCell:
                return None
            return ",".join([one.text(tasks, hidden) for one in inputs]), tuple([one.task for one in inputs])

        self._column = Column(shape, axes, resolve)

    def exist(self, cells: Cells) -> list[bool]:
        return [found is not None for found in self._column.at(cells)]

    def texts(self, cells: Cells) -> list[str]:
        return [found[0] for found in self._column.at(cells) if found is not None]

    def reads(self, cells: Cells) -> list[Reads]:
        return [found[1] for found in self._column.at(cells) if found is not None]


class ByLevel:
    """Of a port that reads at each level of an axis what that level stands for."""

    def __init__(self, shape: Shape, axis: str, columns: Sequence[PortColumn]) -> None:
        self._level = Projection(shape, {axis: shape[axis]})
        self._columns = columns

    def exist(self, cells: Cells) -> list[bool]:
        return self._each(cells, lambda column: column.exist)

    def texts(self, cells: Cells) -> list[str]:
        return self._each(cells, lambda column: column.texts)

    def reads(self, cells: Cells) -> list[Reads]:
        return self._each(cells, lambda column: column.reads)

    def _each(self, cells: Cells, at: Callable[[PortColumn], Callable[[Cells], list[T]]]) -> list[T]:
        levels = self._level(cells)
        own: dict[int, list[int]] = {}
        for cell, level in zip(cells, levels, strict=True):
            own.setdefault(level, []).append(cell)
        found = {level: iter(at(self._columns[level])(some)) for level, some in own.items()}
        return [next(found[level]) for level in levels]


class Gathered:
    """Of a port that reads what another one, on a finer grid, is given at the members of a cell."""

    def __init__(self, of_members: PortColumn, gathering: Gathering) -> None:
        self._of_members = of_members
        self._gathering = gathering

    def exist(self, cells: Cells) -> list[bool]:
        return [self._gathering.has(cell) for cell in cells]

    def texts(self, cells: Cells) -> list[str]:
        parts = self._gathering.by_cell(cells, self._of_members.texts)
        return [",".join(filter(None, part)) for part in parts]

    def reads(self, cells: Cells) -> list[Reads]:
        parts = self._gathering.by_cell(cells, self._of_members.reads)
        return [tuple(itertools.chain.from_iterable(part)) for part in parts]


class StagePorts:
    """What the ports of one stage are given at its cells.

    Attributes:
        gathering: of the stage, where it has `over`.
    """

    def __init__(
        self,
        scope: Scope,
        resolver: InputResolver,
        tasks: Tasks,
        stage: Stage,
        operator: Operator,
        own: Grid,
        reached: Mapping[str, frozenset[str]],
    ) -> None:
        """Of a stage.

        Args:
            scope: of the study.
            resolver: of its expressions.
            tasks: of the study.
            stage: whose ports these are.
            operator: that it uses.
            own: the stage's grid.
            reached: by argument, the axes that its value reaches.
        """
        self._scope = scope
        self._resolver = resolver
        self._tasks = tasks
        self._stage = stage
        self._ports = {name: operator.ports[name] for name in sorted(operator.ports)}
        self._own = own
        self._by_level: dict[tuple[str, str, str | None], PortColumn] = {}
        self._reached = {name: reached.get(name, frozenset()) for name in self._ports}
        self.gathering: Gathering | None = None
        if stage.over:
            axes = stage.gathered | set(own.axes)
            finer = Grid(scope, tuple(axis for axis in scope.axes if axis in axes), stage.when, stage.over)
            self.gathering = Gathering(own, finer)

    def gather(self, fixed: Levels) -> None:
        """Find what the cells at these levels of the sequence axes gather."""
        if self.gathering is not None:
            self.gathering.find(fixed, lambda cells: _at_all(self._of_members.values(), cells))

    def exist(self, cells: Cells) -> Cells:
        """Those of some cells at which all is there that they read."""
        gathering = self.gathering
        if gathering is not None:
            cells = [cell for cell in cells if gathering.has(cell)]
        return _at_all(self._columns.values(), cells)

    def starved(self) -> list[int]:
        """The cells that are not there because of the part of an axis that is gathered."""
        gathering, stage = self.gathering, self._stage
        if gathering is None or all(over.narrowing is None for over in stage.over):
            return []
        left = {cell for cell in self._own.meant({}) if not gathering.has(cell)}
        if not left:
            return []
        whole = Grid(self._scope, tuple(gathering.shape), stage.when)
        onto, found = Projection(whole.shape, self._own.shape), set[int]()
        for meant in at_once(whole.meant({})):
            found.update(left.intersection(onto(_at_all(self._of_members.values(), meant))))
        others = [column for name, column in self._columns.items() if name not in self._of_members]
        return list(_at_all(others, sorted(found)))

    def texts(self, cells: Cells) -> list[str]:
        """The inputs by port, as canonical JSON, at each of some cells that exist."""
        if not self._columns:
            return ["{}"] * len(cells)
        texts = zip(*(self._written(name, cells) for name in self._columns), strict=True)
        return [f"{{{','.join(parts)}}}" for parts in texts]

    def reads(self, cells: Cells) -> list[Reads]:
        """The tasks that each of them reads."""
        found: list[Reads] = [()] * len(cells)
        for column in self._columns.values():
            found = [before + own for before, own in zip(found, column.reads(cells), strict=True)]
        return found

    def _written(self, name: str, cells: Cells) -> list[str]:
        texts = self._columns[name].texts(cells)
        if self._ports[name].gathered:
            return [f'"{name}":[{text}]' if text else f'"{name}":null' for text in texts]
        return [f'"{name}":{text or "null"}' for text in texts]

    # Found on demand: stages that step may read ones that come after them.
    @cached_property
    def _columns(self) -> dict[str, PortColumn]:
        """What every port is given, on the stage's own grid."""
        return {
            name: Gathered(self._of_members[name], self.gathering)
            if self.gathering is not None and name in self._of_members
            else self._column(name, self._own.shape)
            for name in self._ports
        }

    @cached_property
    def _of_members(self) -> dict[str, PortColumn]:
        """What the ports that gather are given at the members of cells."""
        if self.gathering is None:
            return {}
        shape, over = self.gathering.shape, self._stage.gathered
        return {name: self._column(name, shape) for name in self._ports if over & self._reached[name]}

    def _column(self, name: str, shape: Shape) -> PortColumn:
        argument = self._stage.argument(name)
        return self._of(argument.value if argument is not None else None, name, shape)

    def _of(self, value: Expression | None, name: str, shape: Shape) -> PortColumn:
        """What a port is given where it reads this."""
        scope, port = self._scope, self._ports[name]
        match value:
            case Reference(axis, field) if axis in scope.axes:
                chosen = [scope.axes[axis].value(level, field) for level in scope.axes[axis].levels]
                key = (name, axis, field)  # levels of one axis may all refer to another one
                if None not in chosen:
                    if key not in self._by_level:
                        columns = [self._of(one, name, shape) for one in chosen]
                        self._by_level[key] = ByLevel(shape, axis, columns)
                    return self._by_level[key]
            case Reference():
                return self._one_output(value, {}, port, shape)
            case At(Reference(stage) as source, levels) if stage in scope.stages:
                pinned = self._resolver.pinned(levels)
                if pinned is not None:
                    return self._one_output(source, pinned, port, shape)
        hidden = hidden_at(scope, self._stage, port)
        return Resolved(shape, self._reached[name], value, port, self._resolver, self._tasks, hidden)

    def _one_output(
        self, value: Reference, pinned: Mapping[str, int], port: Port, shape: Shape
    ) -> PortColumn:
        output = self._scope.output(value)
        assert output is not None
        source, metric = self._resolver.sources[output.stage], self._resolver.metric(output, port)
        there = {axis: level for axis, level in pinned.items() if axis in source.shape}
        hidden = hidden_at(self._scope, self._stage, port)
        return OneOutput(shape, source, there, (output.port, metric, hidden), self._tasks)


def _at_all(columns: Iterable[PortColumn], cells: Cells) -> Cells:
    """Those of some cells at which all columns have what they read."""
    for column in columns:
        cells = list(itertools.compress(cells, column.exist(cells)))
    return cells
