"""Expand a study: the task behind every cell, called by the hash of all that it depends on."""

import hashlib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from compiler.analysis.evaluate import Evaluator
from compiler.analysis.grid import stage_order
from compiler.analysis.reach import Reaches
from compiler.analysis.scope import Scope
from compiler.plan.cells import Cell, Grid
from compiler.plan.inputs import Input, InputResolver, Levels, NoCell
from compiler.plan.recurrence import recurrent_groups
from compiler.syntax.study import Stage


@dataclass(frozen=True)
class TaskText:
    """A task in canonical JSON (RFC 8785), in parts: most cells share most of them.

    Attributes:
        inputs: by port: `{"port": …, "task": …}`, a list of these, or null.
        parameters: every parameter with its value, defaults too.
        components: the digest of every component that the parameters name.
        reads: the tasks among the inputs.
    """

    inputs: str
    parameters: str
    components: str
    reads: tuple[str, ...]


class StageExpansion:
    """The cells of one stage and their tasks.

    Attributes:
        ids: the task of every cell, row-major over `grid.sizes`; None where a cell does not exist.
        entangled: the stage and others read each other across steps, so jobs may not span steps.
    """

    def __init__(
        self, scope: Scope, reaches: Reaches, evaluator: Evaluator, resolver: InputResolver, stage: Stage
    ) -> None:
        operator = scope.operator(stage)
        assert operator is not None
        self.stage = stage
        self.operator = operator
        self.entangled = False
        self.grid = Grid(scope, reaches, stage)
        self.ids: list[str | None] = [None] * math.prod(self.grid.sizes)
        self._scope = scope
        self._evaluator = evaluator
        self._resolver = resolver
        self._over = tuple(a for a in scope.axes if a in {name for name, _ in stage.over})
        self._reached = {a.name: frozenset(reaches.axes_of(a.value)) for a in stage.arguments}
        self._positions = {axis: i for i, axis in enumerate(self.grid.axes)}
        self._frame = (
            f',"digest":{canonical(operator.digest)},"inputs":',
            f',"operator":{canonical(stage.use)},"parameters":',
        )
        self._port_keys = {
            name: self._key(self._reached.get(name, frozenset())) for name in sorted(operator.ports)
        }
        self._value_key = self._key(self._value_axes())
        self._cache: dict[tuple[str, Cell], Any] = {}

    def fill(self, fixed: Levels) -> None:
        """Compute the tasks of the cells at these levels of the sequence axes."""
        before, after = self._frame
        for cell in self.grid.all(fixed):
            try:
                text = self.text(cell)
            except NoCell:
                continue
            whole = f'{{"components":{text.components}{before}{text.inputs}{after}{text.parameters}}}'
            self.ids[self.grid.flat(cell)] = hashlib.sha256(whole.encode()).hexdigest()

    def cells(self) -> Iterator[tuple[Cell, str]]:
        """The cells that exist, with their tasks."""
        for cell, task in zip(itertools.product(*map(range, self.grid.sizes)), self.ids, strict=True):
            if task is not None:
                yield cell, task

    def axis_kinds(self) -> tuple[str, ...]:
        """The kind of each axis of the grid."""
        return tuple(self._scope.axes[a].kind for a in self.grid.axes)

    def text(self, cell: Cell) -> TaskText:
        """A cell's task in canonical JSON.

        Raises:
            NoCell: something that it reads does not exist.
        """
        if self._over:
            return self._gathered(cell)
        ports = []
        for name, positions in self._port_keys.items():
            key = (name, tuple([cell[p] for p in positions]))
            found = self._cache.get(key)
            if found is None:
                found = self._cache[key] = self._port(name, [self._levels(cell)])
            ports.append(found)
        key = ("", tuple([cell[p] for p in self._value_key]))
        values = self._cache.get(key)
        if values is None:
            values = self._cache[key] = self._values([self._levels(cell)])
        return self._assembled(ports, values)

    def _gathered(self, cell: Cell) -> TaskText:
        """The task of a stage with `over`: its ports hold lists along the gathered axes."""
        levels = self._levels(cell)
        ranges = [range(len(self._scope.axes[a].levels)) for a in self._over]
        combinations = [
            {**levels, **dict(zip(self._over, one, strict=True))} for one in itertools.product(*ranges)
        ]
        members = [at for at in combinations if self._exists(at)]
        if not members:
            raise NoCell
        return self._assembled([self._port(name, members) for name in self._port_keys], self._values(members))

    def _exists(self, at: Levels) -> bool:
        try:
            for name in self._port_keys:
                if self._reached.get(name, frozenset()) & set(self._over):
                    self._port(name, [at])
        except NoCell:
            return False
        return True

    def _port(self, name: str, members: Sequence[Levels]) -> tuple[str, tuple[str, ...]]:
        """One port's inputs as canonical JSON, and the tasks among them."""
        argument, port = self.stage.argument(name), self.operator.ports[name]
        if argument is None:
            return f"{canonical(name)}:null", ()
        along = bool(self._reached[name] & set(self._over))
        found: list[Input | None] = []
        for at in members if along else members[:1]:
            found += self._resolver.resolve(argument.value, at, port)
        value: Any = [None if one is None else one.json() for one in found]
        reads = tuple(one.task for one in found if one is not None)
        return f"{canonical(name)}:{canonical(value if port.gathered else value[0])}", reads

    def _values(self, members: Sequence[Levels]) -> tuple[str, str]:
        """All parameters and the digests of their components, as canonical JSON."""
        values = {}
        for name in self.operator.parameters:
            along = bool(self._reached.get(name, frozenset()) & set(self._over))
            each = [
                self._evaluator.parameter(self.stage, name, at) for at in (members if along else members[:1])
            ]
            values[name] = each if along else each[0]
        return canonical(values), canonical(self._evaluator.components(self.operator, values))

    def _assembled(self, ports: list[tuple[str, tuple[str, ...]]], values: tuple[str, str]) -> TaskText:
        reads = tuple(itertools.chain.from_iterable(r for _, r in ports))
        return TaskText("{" + ",".join([text for text, _ in ports]) + "}", *values, reads)

    def _levels(self, cell: Cell) -> dict[str, int]:
        return dict(zip(self.grid.axes, cell, strict=True))

    def _value_axes(self) -> frozenset[str]:
        axes: frozenset[str] = frozenset()
        for name in self.operator.parameters:
            axes |= self._reached.get(name, frozenset())
        return axes | {self.stage.search.name} if self.stage.search is not None else axes

    def _key(self, axes: frozenset[str]) -> tuple[int, ...]:
        return tuple(self._positions[a] for a in self.grid.axes if a in axes)


def canonical(value: Any) -> str:
    """RFC 8785: one way to write a JSON value, so that equal values have equal hashes."""
    return rfc8785.dumps(value).decode()


def expand(scope: Scope, reaches: Reaches) -> dict[str, StageExpansion]:
    """Every stage's cells and tasks, in an order in which they can be computed.

    Before: a study that passed all checks. After: a task for every cell whose inputs exist.
    """
    expansions: dict[str, StageExpansion] = {}

    def task_of(stage: str, at: Levels) -> str | None:
        expansion = expansions[stage]
        flat = 0
        for axis, size in zip(expansion.grid.axes, expansion.grid.sizes, strict=True):
            flat = flat * size + at[axis]
        return expansion.ids[flat]

    evaluator, resolver = Evaluator(scope), InputResolver(scope, reaches, task_of)
    order = stage_order(reaches)
    rank = {name: i for i, name in enumerate(order)}
    for name in order:
        expansions[name] = StageExpansion(scope, reaches, evaluator, resolver, scope.stages[name])
    reads = {name: {edge.stage for edge in reach.edges} for name, reach in reaches.stages.items()}
    for group in recurrent_groups(reads):
        members = sorted(group, key=rank.__getitem__)
        steps = _steps(scope, reaches, group) if len(group) > 1 or group[0] in reads[group[0]] else [{}]
        for name in members:
            expansions[name].entangled = len(group) > 1
        for fixed in steps:
            for name in members:
                expansions[name].fill(fixed)
    return {name: expansions[name] for name in order}


def _steps(scope: Scope, reaches: Reaches, group: tuple[str, ...]) -> list[Mapping[str, int]]:
    """The levels of the sequence axes that a recurrent group steps along, first steps first."""
    along = {e.along for name in group for e in reaches.stages[name].edges if e.along and e.stage in group}
    axes = sorted(along, key=scope.order.__getitem__)
    ranges = [range(len(scope.axes[a].levels)) for a in axes]
    return [dict(zip(axes, levels, strict=True)) for levels in itertools.product(*ranges)]
