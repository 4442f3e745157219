"""Cells: the combinations of levels at which a stage runs."""

import itertools
from collections.abc import Iterator, Mapping

from compiler.analysis.reach import Reaches
from compiler.analysis.scope import Scope
from compiler.syntax.expression import Reference
from compiler.syntax.study import Condition, Stage

Cell = tuple[int, ...]  # the number of the level of each axis of a stage


class Grid:
    """The axes of one stage and which of their combinations are meant by the spec.

    Attributes:
        axes: in the study's order.
        sizes: levels of each.
    """

    def __init__(self, scope: Scope, reaches: Reaches, stage: Stage) -> None:
        self.axes = reaches.axes_of_stage(stage.name)
        self.sizes = tuple(len(scope.axes[a].levels) for a in self.axes)
        self._scope = scope
        self._labels = [tuple(map(str, scope.axes[a].labels())) for a in self.axes]
        own = set(self.axes)
        self._when = stage.when
        self._excludes = tuple(c for c in scope.study.excludes if self._axes_of(c) <= own)
        zips = (tuple(self.axes.index(a) for a, _ in group if a in own) for group in scope.study.zips)
        self._zips = tuple(
            (positions, frozenset(zip(*(self._labels[p] for p in positions), strict=True)))
            for positions in zips
            if positions
        )
        self.restricted = bool(self._when or self._excludes or self._zips)

    def _axes_of(self, condition: Condition) -> set[str]:
        named = {r.axis for r in condition}
        return named | {level.name for r in condition for level in r.levels if isinstance(level, Reference)}

    def all(self, fixed: Mapping[str, int] | None = None) -> Iterator[Cell]:
        """All cells that the spec means, in the order of axes; some axes may be fixed."""
        fixed = fixed or {}
        ranges = [
            (fixed[axis],) if axis in fixed else range(size)
            for axis, size in zip(self.axes, self.sizes, strict=True)
        ]
        cells = itertools.product(*ranges)
        return filter(self._meant, cells) if self.restricted else cells

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
        return {a: self._scope.axes[a].levels[i].label for a, i in zip(self.axes, cell, strict=True)}

    def _meant(self, cell: Cell) -> bool:
        if any(not self._in_step(cell, *zipped) for zipped in self._zips):
            return False
        if self._when and not self._holds(self._when, cell):
            return False
        return not any(self._holds(condition, cell) for condition in self._excludes)

    def _in_step(self, cell: Cell, positions: tuple[int, ...], steps: frozenset[tuple[str, ...]]) -> bool:
        """Zipped axes advance together; a label that an axis repeats is one level, its first."""
        labels = tuple(self._labels[p][cell[p]] for p in positions)
        return labels in steps and all(
            self._labels[p].index(label) == cell[p] for p, label in zip(positions, labels, strict=True)
        )

    def _holds(self, condition: Condition, cell: Cell) -> bool:
        for restriction in condition:
            label = self._label(restriction.axis, cell)
            levels = (
                self._label(level.name, cell) if isinstance(level, Reference) else str(level.value)
                for level in restriction.levels
            )
            if label not in levels:
                return False
        return True

    def _label(self, axis: str, cell: Cell) -> str:
        position = self.axes.index(axis)
        return self._labels[position][cell[position]]
