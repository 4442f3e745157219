"""Gathering: the cells of a finer grid that a cell of a stage with `over` reads, its members."""

import itertools
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from heldout.compiler.plan.cells import Grid
from heldout.compiler.plan.columns import AT_ONCE, Projection, at_once

T = TypeVar("T")

Cells = Sequence[int]


class Gathering:
    """The members of a stage's cells: those at which all is there that it gathers.

    Attributes:
        shape: of the finer grid, which has the axes that are gathered too.
    """

    def __init__(self, own: Grid, finer: Grid) -> None:
        """The gathering of a stage: from a finer grid to its own."""
        self.shape = finer.shape
        self._finer = finer
        self._own = Projection(finer.shape, own.shape)
        self._members: dict[int, array[int]] = {}

    def find(self, fixed: Mapping[str, int], exist: Callable[[Cells], Cells]) -> None:
        """Find the members of the cells at these levels of the sequence axes.

        Args:
            fixed: the levels.
            exist: leaves of cells of the finer grid those at which all is there.
        """
        for meant in at_once(self._finer.meant(fixed)):
            members = exist(meant)
            for member, cell in zip(members, self._own(members), strict=True):
                self._members.setdefault(cell, array("i")).append(member)

    def has(self, cell: int) -> bool:
        """Whether a cell has a member."""
        return cell in self._members

    def by_cell(self, cells: Cells, at: Callable[[Cells], Sequence[T]]) -> Iterator[list[T]]:
        """For each of some cells, which have members, what there is at these.

        Args:
            cells: of the stage.
            at: what there is at cells of the finer grid.
        """
        waiting: list[array[int]] = []
        members = 0
        for cell in cells:
            own = self._members[cell]
            waiting.append(own)
            members += len(own)
            if members >= AT_ONCE:
                yield from _each(waiting, at)
                waiting, members = [], 0
        yield from _each(waiting, at)


def _each(members: Sequence[Cells], at: Callable[[Cells], Sequence[T]]) -> Iterator[list[T]]:
    """What there is at each of some cells, by the lists that these are in."""
    every = iter(at(list(itertools.chain.from_iterable(members))))
    return (list(itertools.islice(every, len(own))) for own in members)
