"""Expand a study: the task behind every cell, called by the hash of all that it depends on."""

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from heldout.compiler.analysis.evaluate import Evaluator
from heldout.compiler.analysis.grid import stage_order
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.recurrence import recurrent_groups
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Component
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.cells import Cell, Grid
from heldout.compiler.plan.inputs import Input, InputResolver, Levels, NoCell
from heldout.compiler.plan.values import ValuesText, ValueTexts
from heldout.compiler.syntax.study import Stage


@dataclass(frozen=True)
class TaskText:
    """A task in canonical JSON (RFC 8785), in parts: most cells share most of them.

    Attributes:
        inputs: by port: `{"port": …, "task": …}`, a list of these, or null.
        parameters: every parameter with its value, defaults too.
        components: the digest of every component that the parameters name.
        libraries: major and minor version of every library that the code takes from.
    """

    inputs: str
    parameters: str
    components: str
    libraries: str


PortText = tuple[str, tuple[str, ...]]  # a port's inputs as canonical JSON, and the tasks among them


class StageExpansion:
    """The cells of one stage and their tasks.

    Attributes:
        ids: the task of every cell, row-major over `grid.sizes`; None where a cell does not exist.
        reads: the tasks that each of them reads, in the same order.
        group: the number of the group of stages that read each other across steps; each group
            after those that it reads.
        along: the sequence axes that a group of several stages steps along; a job may not span steps.
    """

    def __init__(
        self, scope: Scope, reaches: Reaches, evaluator: Evaluator, resolver: InputResolver, stage: Stage
    ) -> None:
        operator = scope.operator(stage)
        assert operator is not None
        self.stage = stage
        self.operator = operator
        self.group = 0
        self.along: tuple[str, ...] = ()
        self.grid = Grid(scope, reaches.axes_of_stage(stage.name), stage.when)
        self.ids: list[str | None] = [None] * math.prod(self.grid.sizes)
        self.reads: list[tuple[str, ...]] = [()] * len(self.ids)
        self._scope = scope
        self._evaluator = evaluator
        self._resolver = resolver
        self._over = frozenset(name for name, _ in stage.over)
        self._members = Grid(scope, tuple(a for a in scope.axes if a in self._over or a in self.grid.axes))
        self._reached = {a.name: frozenset(reaches.axes_of(a.value)) for a in stage.arguments}
        self._positions = {axis: i for i, axis in enumerate(self.grid.axes)}
        self._frame = (
            f',"digest":{canonical(operator.digest)},"inputs":',
            ',"libraries":',
            f',"operator":{canonical(stage.use)},"parameters":',
        )
        self._port_keys = {
            name: self._key(self._reached.get(name, frozenset())) for name in sorted(operator.ports)
        }
        self._along = tuple(n for n in self._port_keys if self._reached.get(n, frozenset()) & self._over)
        self._values = ValueTexts(scope, evaluator, stage, operator, self.grid.axes, self._reached)
        self._value_key = self._key(self._values.axes)
        self._values_along = any(self._reached.get(n, frozenset()) & self._over for n in operator.parameters)
        written = {a.name: a.value for a in stage.arguments}
        self._inputs = {name: written.get(name) for name in self._port_keys}
        self._ports: dict[str, dict[Cell, PortText]] = {name: {} for name in self._port_keys}
        self._parameters: dict[Cell, ValuesText] = {}

    def fill(self, fixed: Levels) -> None:
        """Compute the tasks of the cells at these levels of the sequence axes."""
        before, between, after = self._frame
        for cell in self.grid.all(fixed):
            try:
                ports, (parameters, components, libraries) = self._parts(cell)
            except NoCell:
                continue
            inputs = ",".join([text for text, _ in ports])
            whole = (
                f'{{"components":{components}{before}{{{inputs}}}{between}{libraries}{after}{parameters}}}'
            )
            flat = self.grid.flat(cell)
            self.ids[flat] = hashlib.sha256(whole.encode()).hexdigest()
            self.reads[flat] = tuple([task for _, tasks in ports for task in tasks])

    def cells(self) -> Iterator[tuple[Cell, str]]:
        """The cells that exist, with their tasks."""
        for cell, task in zip(itertools.product(*map(range, self.grid.sizes)), self.ids, strict=True):
            if task is not None:
                yield cell, task

    def components(self) -> dict[str, Component]:
        """The components that parameters choose in any of the cells, by `KIND/NAME`."""
        found: dict[str, None] = {}
        if not self._values.chooses:
            return {}
        seen: set[Cell] = set()
        for cell, _ in self.cells():
            key = cell if self._values_along else tuple([cell[p] for p in self._value_key])
            if key not in seen:
                seen.add(key)
                found |= dict.fromkeys(json.loads(self._parts(cell)[1].components))
        known = self._scope.catalog.components
        return {name: known[kind][own] for name in found for kind, _, own in [name.partition("/")]}

    def axis_kinds(self) -> tuple[str, ...]:
        """The kind of each axis of the grid."""
        return tuple(self._scope.axes[a].kind for a in self.grid.axes)

    def constants(self) -> dict[str, Any]:
        """The parameters that are the same in every cell, with their values."""
        levels: list[Levels] = [{}]
        if self.stage.search is not None:
            axis = self._scope.axes[self.stage.search.name]
            levels = [{axis.name: trial} for trial in range(min(2, len(axis.levels)))]
        found = {}
        for name in self.operator.telling:
            if not self._reached.get(name):
                first, *others = [self._evaluator.parameter(self.stage, name, at) for at in levels]
                if all(other == first for other in others):
                    found[name] = first
        return found

    def text(self, cell: Cell) -> TaskText:
        """A cell's task in canonical JSON.

        Raises:
            NoCell: something that it reads does not exist.
        """
        ports, values = self._parts(cell)
        return TaskText("{" + ",".join([text for text, _ in ports]) + "}", *values)

    def _parts(self, cell: Cell) -> tuple[list[PortText], ValuesText]:
        if self._over:
            return self._gathered(cell)
        ports = [self._port_at(name, positions, cell) for name, positions in self._port_keys.items()]
        if len(self._value_key) == len(cell):  # each cell has its own
            return ports, self._values.at([self._levels(cell)])
        key = tuple([cell[p] for p in self._value_key])
        values = self._parameters.get(key)
        if values is None:
            values = self._parameters[key] = self._values.at([self._levels(cell)])
        return ports, values

    def _gathered(self, cell: Cell) -> tuple[list[PortText], ValuesText]:
        """The task of a stage with `over`: its ports hold lists along the gathered axes."""
        levels = self._levels(cell)
        members: list[Levels] = []
        found: dict[str, list[Input | None]] = {name: [] for name in self._along}
        for whole in self._members.all(levels):
            at = dict(zip(self._members.axes, whole, strict=True))
            try:
                row = [self._resolved(name, at) for name in self._along]
            except NoCell:
                continue
            members.append(at)
            for name, inputs in zip(self._along, row, strict=True):
                found[name] += inputs
        if not members:
            raise NoCell
        ports = [
            self._port(name, found[name]) if name in found else self._port_at(name, positions, cell)
            for name, positions in self._port_keys.items()
        ]
        if self._values_along:
            return ports, self._values.at(members)
        key = tuple([cell[p] for p in self._value_key])
        if key not in self._parameters:
            self._parameters[key] = self._values.at(members)
        return ports, self._parameters[key]

    def _port_at(self, name: str, positions: tuple[int, ...], cell: Cell) -> PortText:
        """A port that nothing is gathered at: computed once for all cells that it does not tell apart."""
        if len(positions) == len(cell):  # each cell has its own
            return self._port(name, self._resolved(name, self._levels(cell)))
        known = self._ports[name]
        key = tuple([cell[p] for p in positions])
        found = known.get(key)
        if found is None:
            found = known[key] = self._port(name, self._resolved(name, self._levels(cell)))
        return found

    def _resolved(self, name: str, at: Levels) -> list[Input | None]:
        value = self._inputs[name]
        return [None] if value is None else self._resolver.resolve(value, at, self.operator.ports[name])

    def _port(self, name: str, inputs: Sequence[Input | None]) -> PortText:
        """One port's inputs as canonical JSON, and the tasks among them."""
        given = [one for one in inputs if one is not None]
        texts = [one.text() for one in given]
        if not given:
            value = "null"
        elif self.operator.ports[name].gathered:
            value = f"[{','.join(texts)}]"
        else:
            (value,) = texts
        return f'"{name}":{value}', tuple([one.task for one in given])

    def _levels(self, cell: Cell) -> dict[str, int]:
        return dict(zip(self.grid.axes, cell, strict=True))

    def _key(self, axes: frozenset[str]) -> tuple[int, ...]:
        return tuple(self._positions[a] for a in self.grid.axes if a in axes)


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
    for number, group in enumerate(recurrent_groups(reads)):
        members = sorted(group, key=rank.__getitem__)
        along = _along(scope, reaches, group)
        for name in members:
            expansions[name].group = number
            expansions[name].along = along if len(group) > 1 else ()
        ranges = [range(len(scope.axes[a].levels)) for a in along]
        for levels in itertools.product(*ranges):
            fixed = dict(zip(along, levels, strict=True))
            for name in members:
                expansions[name].fill(fixed)
    return {name: expansions[name] for name in order}


def _along(scope: Scope, reaches: Reaches, group: tuple[str, ...]) -> tuple[str, ...]:
    """The sequence axes that a group steps along by reading itself, in the study's order."""
    edges = {edge for name in group for edge in reaches.stages[name].edges if edge.stage in group}
    return tuple(sorted({e.along for e in edges if e.along is not None}, key=scope.order.__getitem__))
