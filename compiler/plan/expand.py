"""Expand a study: the task behind every cell, called by the hash of all that it depends on."""

import copy
import itertools
import json
import math
from array import array
from collections.abc import Iterator, Mapping, Sequence, Set
from types import MappingProxyType
from typing import Any, NamedTuple

from heldout.compiler.analysis.evaluate import Evaluator
from heldout.compiler.analysis.grid import stage_order
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.recurrence import recurrent_groups
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Component
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.cells import Cell, Grid
from heldout.compiler.plan.columns import OfCells, Projection, at_once
from heldout.compiler.plan.inputs import InputResolver, Levels, Source
from heldout.compiler.plan.ports import Cells, Reads, StagePorts
from heldout.compiler.plan.tasks import NO_TASK, Tasks
from heldout.compiler.plan.values import Code, Values
from heldout.compiler.syntax.study import Stage


class TaskText(NamedTuple):
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


class StageExpansion:
    """The cells of one stage and their tasks.

    Attributes:
        numbers: of the task of every cell, row-major over `grid.sizes`; NO_TASK where a cell does not exist.
        group: the number of the group of stages that read each other across steps; each group
            after those that it reads.
        along: the sequence axes that a group of several stages steps along; a job may not span steps.
    """

    def __init__(
        self,
        scope: Scope,
        reaches: Reaches,
        evaluator: Evaluator,
        resolver: InputResolver,
        tasks: Tasks,
        stage: Stage,
    ) -> None:
        operator = scope.operator(stage)
        assert operator is not None
        self.stage = stage
        self.operator = operator
        self.group = 0
        self.along: tuple[str, ...] = ()
        self.grid = Grid(scope, reaches.axes_of_stage(stage.name), stage.when)
        self.numbers = array("i", [NO_TASK]) * math.prod(self.grid.sizes)
        self._scope = scope
        self._evaluator = evaluator
        self._tasks = tasks
        self._reached = {a.name: frozenset(reaches.axes_of(a.value)) for a in stage.arguments}
        self._ports = StagePorts(scope, resolver, tasks, stage, operator, self.grid, self._reached)
        gathering = self._ports.gathering
        self._values = Values(scope, evaluator, stage, operator, self.grid.shape, self._reached, gathering)
        self._frame = (
            f',"digest":{canonical(operator.digest)},"inputs":',
            ',"libraries":',
            f',"operator":{canonical(stage.use)},"parameters":',
        )

    def fill(self, fixed: Levels) -> None:
        """Find the tasks of the cells at these levels of the sequence axes."""
        digest, libraries, operator = self._frame
        self._ports.gather(fixed)
        for meant in at_once(self.grid.meant(fixed)):
            cells = self._ports.exist(meant)
            whole = (
                f'{{"components":{code.components}{digest}{inputs}{libraries}{code.libraries}{operator}{values}}}'
                for inputs, values, code in self._parts(cells)
            )
            for cell, number in zip(cells, self._tasks.numbers(whole), strict=True):
                self.numbers[cell] = number

    @property
    def ids(self) -> Sequence[str | None]:
        """The task of every cell; None where a cell does not exist."""
        return OfCells(len(self.numbers), lambda cells: [name or None for name in self.names(cells)])

    @property
    def reads(self) -> Sequence[tuple[str, ...]]:
        """The tasks that each of them reads."""
        return OfCells(len(self.numbers), self._names_read)

    @property
    def is_empty(self) -> bool:
        """Whether none of its cells exists."""
        return self.numbers.count(NO_TASK) == len(self.numbers)

    def existing(self, kept: Mapping[str, Sequence[int]] = MappingProxyType({})) -> Iterator[int]:
        """The cells that exist, row-major; where levels of some axes are named, at these alone."""
        return (cell for cell in self.grid.at(kept) if self.numbers[cell] != NO_TASK)

    def names(self, cells: Cells) -> list[str]:
        """What the tasks of some cells are called, which exist."""
        return self._tasks.names([self.numbers[cell] for cell in cells])

    def reads_of(self, cells: Cells) -> Iterator[Reads]:
        """The numbers of the tasks that each of some cells reads, which exist."""
        return itertools.chain.from_iterable(map(self._ports.reads, at_once(cells)))

    def texts(self, cells: Cells) -> Iterator[TaskText]:
        """The tasks of some cells that exist, in canonical JSON."""
        for some in at_once(cells):
            for inputs, values, code in self._parts(some):
                yield TaskText(inputs, values, *code)

    def _parts(self, cells: Cells) -> Iterator[tuple[str, str, Code]]:
        return zip(
            self._ports.texts(cells), self._values.parameters(cells), self._values.code(cells), strict=True
        )

    def starved(self) -> list[int]:
        """The cells that are not there because of the part of an axis that the stage gathers."""
        return self._ports.starved()

    def gathers(self, axis: str) -> Iterator[tuple[int, int]]:
        """The cells that exist, each with the number of levels of an axis that it gathers."""
        gathering = self._ports.gathering
        assert gathering is not None
        onto = Projection(gathering.shape, {axis: gathering.shape[axis]})
        for some in at_once(self.existing()):
            yield from zip(some, (len({*own}) for own in gathering.by_cell(some, onto)), strict=True)

    def mistakes(self) -> Iterator[Diagnostic]:
        """What is wrong with what its parameters compute."""
        return self._values.mistakes()

    def text(self, cell: Cell) -> TaskText:
        """A cell's task in canonical JSON."""
        (text,) = self.texts((self.grid.flat(cell),))
        return text

    def cells(self) -> Iterator[tuple[Cell, str]]:
        """The cells that exist, with their tasks."""
        for cell, task in zip(itertools.product(*map(range, self.grid.sizes)), self.ids, strict=True):
            if task is not None:
                yield cell, task

    def components(self) -> dict[str, Component]:
        """The components that parameters choose in any of the cells, by `KIND/NAME`."""
        found: dict[str, None] = {}
        for code in self._values.codes(self.existing()):
            found |= dict.fromkeys(json.loads(code.components))
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

    def only(self, tasks: Set[str]) -> "StageExpansion":
        """Before: a stage with its tasks. After: the same without the cells of others than these."""
        kept = copy.copy(self)
        kept.numbers = array("i", self.numbers)
        for cell, task in enumerate(self.ids):
            if task not in tasks:
                kept.numbers[cell] = NO_TASK
        return kept

    def _names_read(self, cells: Cells) -> list[tuple[str, ...]]:
        there = [cell for cell in cells if self.numbers[cell] != NO_TASK]
        reads = dict(zip(there, self.reads_of(there), strict=True))
        return [tuple(self._tasks.names(reads.get(cell, ()))) for cell in cells]


def expand(scope: Scope, reaches: Reaches) -> dict[str, StageExpansion]:
    """Every stage's cells and tasks, in an order in which they can be computed.

    Before: a study that passed all checks. After: a task for every cell whose inputs exist.
    """
    evaluator, resolver, tasks = Evaluator(scope), InputResolver(scope, reaches), Tasks()
    order = stage_order(reaches)
    rank = {name: i for i, name in enumerate(order)}
    expansions: dict[str, StageExpansion] = {}
    for name in order:
        stage = StageExpansion(scope, reaches, evaluator, resolver, tasks, scope.stages[name])
        expansions[name] = stage
        resolver.sources[name] = Source(stage.grid.shape, stage.numbers)
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
    tasks.complete()
    return expansions


def _along(scope: Scope, reaches: Reaches, group: tuple[str, ...]) -> tuple[str, ...]:
    """The sequence axes that a group steps along by reading itself, in the study's order."""
    edges = {edge for name in group for edge in reaches.stages[name].edges if edge.stage in group}
    return tuple(sorted({e.along for e in edges if e.along is not None}, key=scope.order.__getitem__))
