"""Cells: the combinations of levels at which a stage runs."""

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from heldout.compiler.analysis.grid import axes_of_condition
from heldout.compiler.analysis.narrowing import Narrowed
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.plan.columns import strides
from heldout.compiler.plan.excluded import Excluded
from heldout.compiler.plan.in_step import InStep
from heldout.compiler.syntax.expression import Reference
from heldout.compiler.syntax.study import Condition, Over, Restriction, level_text

Cell = tuple[int, ...]  # the number of the level of each axis of a stage
Rule = Callable[[Cell], bool]


class Grid:
    """Some axes, and which of their combinations are meant by the spec.

    Attributes:
        axes: in the study's order.
        shape: the number of levels of each.
        sizes: the same without their names.
        texts: the labels of each, as text.
    """

    def __init__(
        self, scope: Scope, axes: tuple[str, ...], when: Condition = (), over: tuple[Over, ...] = ()
    ) -> None:
        """The grid of these axes, less what the study excludes on them or goes over in step.

        Args:
            scope: of the study.
            axes: in the study's order.
            when: where a stage runs, all its axes among these.
            over: what a stage gathers, all its axes among these.
        """
        self.axes = axes
        self.shape = {axis: len(scope.axes[axis].levels) for axis in axes}
        self.sizes = tuple(self.shape.values())
        self.texts = tuple(scope.axes[a].texts() for a in axes)
        self._scope = scope
        self._strides = tuple(strides(self.shape).values())
        self._position = {axis: i for i, axis in enumerate(axes)}
        # Rules on one axis shorten its range; those on several are asked of every cell.
        self._kept = [set(range(size)) for size in self.sizes]
        self._rules: list[Rule] = []
        self._excluded = Excluded()
        for restriction in when:
            self._restrict(restriction)
        for one in over:
            if one.narrowing is not None:
                self._narrow(one)
        for condition in scope.study.excludes:
            if axes_of_condition(condition) <= self._position.keys():
                self._exclude(condition)
        self._in_step: dict[int, InStep] = {}
        for group in scope.study.zips:
            self._zip(sorted(self._position[a] for a, _ in group if a in self._position))
        if self._excluded:
            self._rules.insert(0, self._excluded.lets)
        self._allowed = [tuple(sorted(kept)) for kept in self._kept]

    def meant(self, fixed: Mapping[str, int]) -> Iterator[int]:
        """The numbers of all cells that the spec means, in the order of axes; some axes may be fixed."""
        ranges = [
            ((fixed[axis],) if fixed[axis] in kept else ()) if axis in fixed else allowed
            for axis, allowed, kept in zip(self.axes, self._allowed, self._kept, strict=True)
        ]
        numbers = self._numbers(range(len(ranges)), ranges)
        if not self._rules:
            return numbers
        if self._in_step:
            return (number for number in numbers if all(rule(self.cell(number)) for rule in self._rules))
        lets = (all(rule(cell) for rule in self._rules) for cell in itertools.product(*ranges))
        return itertools.compress(numbers, lets)

    def at(self, kept: Mapping[str, Collection[int]]) -> Iterator[int]:
        """The numbers of all cells that are in step, meant or not; at these levels, where some are named."""
        ranges = [kept.get(axis, range(size)) for axis, size in self.shape.items()]
        return self._numbers(range(len(ranges)), ranges)

    def in_order(self, positions: Sequence[int]) -> Iterator[int]:
        """The numbers of all cells that are in step, the first of these positions of axes slowest."""
        return self._numbers(positions, [range(self.sizes[position]) for position in positions])

    def _numbers(self, positions: Sequence[int], ranges: Sequence[Collection[int]]) -> Iterator[int]:
        kept = dict(zip(positions, ranges, strict=True))
        parts: list[list[int]] = []  # that numbers are the sums of: of an axis, or of several in step
        done: set[int] = set()
        for position, levels in kept.items():
            group = self._in_step.get(position)
            if group is None:
                parts.append([level * self._strides[position] for level in levels])
            elif position not in done:
                parts.append(list(group.numbers(position, kept, self._strides)))
                done |= {*group.positions}
        numbers = map(sum, itertools.product(*parts))
        if all(group.one_to_one for group in self._in_step.values()):
            return numbers
        apart = [(self._strides[position], self.sizes[position]) for position in positions]
        return iter(sorted(numbers, key=lambda number: [number // stride % size for stride, size in apart]))

    def flat(self, cell: Cell) -> int:
        """The number of a cell, row-major."""
        index = 0
        for level, size in zip(cell, self.sizes, strict=True):
            index = index * size + level
        return index

    def cell(self, flat: int) -> Cell:
        """The cell of a number."""
        levels = []
        for size in reversed(self.sizes):
            flat, level = divmod(flat, size)
            levels.append(level)
        return tuple(reversed(levels))

    def labels(self, cell: Cell) -> dict[str, object]:
        """The coordinates of a cell: the label of its level on every axis."""
        return {axis: self.label(axis, number) for axis, number in zip(self.axes, cell, strict=True)}

    def label(self, axis: str, number: int) -> object:
        """The label of a level of an axis."""
        return self._scope.axes[axis].levels[number].label

    def _restrict(self, restriction: Restriction) -> None:
        if any(isinstance(level, Reference) for level in restriction.levels):
            self._rules.append(self._rule(restriction))
        else:
            self._kept[self._position[restriction.axis]] &= self._named(restriction)

    def _narrow(self, over: Over) -> None:
        """Keep to the levels that are gathered."""
        narrowed = Narrowed(self._scope.axes, over)
        own = self._position[over.axis]
        if not narrowed.others:
            self._kept[own] &= {level for level in self._kept[own] if narrowed.lets(level, ())}
            return
        others = [self._position[name] for name in narrowed.others]
        lets = narrowed.lets
        self._rules.append(lambda cell: lets(cell[own], [cell[other] for other in others]))

    def _exclude(self, condition: Condition) -> None:
        """Take the combinations away that meet a condition."""
        plain = not any(isinstance(level, Reference) for one in condition for level in one.levels)
        if plain and len(condition) == 1:
            self._kept[self._position[condition[0].axis]] -= self._named(condition[0])
        elif not plain or not self._excluded.add({self._position[r.axis]: self._named(r) for r in condition}):
            rules = [self._rule(restriction) for restriction in condition]
            self._rules.append(lambda cell: not all(rule(cell) for rule in rules))

    def _named(self, restriction: Restriction) -> set[int]:
        """The numbers of the levels that a restriction writes out."""
        labels = {level_text(level.value) for level in restriction.levels if not isinstance(level, Reference)}
        texts = self.texts[self._position[restriction.axis]]
        return {number for number, text in enumerate(texts) if text in labels}

    def _rule(self, restriction: Restriction) -> Rule:
        """Whether a cell's level is one that a restriction names, or that of an axis which it names."""
        own, named = self._position[restriction.axis], self._named(restriction)
        texts = self.texts[own]
        others = [self._position[level.name] for level in restriction.levels if isinstance(level, Reference)]
        if not others:
            return lambda cell: cell[own] in named
        pairs = [(other, self.texts[other]) for other in others]
        return lambda cell: (
            cell[own] in named or any(texts[cell[own]] == known[cell[other]] for other, known in pairs)
        )

    def _zip(self, positions: Sequence[int]) -> None:
        """Zipped axes advance together."""
        if not positions:
            return
        group = InStep(positions, self.texts)
        for position, levels in zip(positions, group.levels, strict=True):
            self._kept[position] &= levels
        if len(positions) > 1:
            self._in_step |= dict.fromkeys(positions, group)
