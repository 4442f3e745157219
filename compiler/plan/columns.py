"""Columns: what depends on some of a grid's axes, found once for all cells that these do not tell apart.

Cells are looked at many at a time, by their numbers: for each of them a few operations of Python, and
nothing is made twice.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, TypeVar, overload

T = TypeVar("T")

Shape = dict[str, int]  # axes in the study's order, each with the number of its levels

AT_ONCE = 2048  # cells: their texts are in memory together


def at_once(cells: Iterable[int]) -> Iterator[list[int]]:
    """Cells, as many at a time as are looked at together."""
    rest = iter(cells)
    while some := list(itertools.islice(rest, AT_ONCE)):
        yield some


def strides(shape: Shape) -> dict[str, int]:
    """By axis, how far apart the numbers of neighbours along it are: row-major."""
    sizes = list(shape.values())
    return {axis: math.prod(sizes[i + 1 :]) for i, axis in enumerate(shape)}


class Projection:
    """From the cells of a grid to those of another, by their numbers.

    The other has axes of the first, and some at which a level is pinned.
    """

    def __init__(self, shape: Shape, onto: Shape, pinned: Mapping[str, int] = MappingProxyType({})) -> None:
        """From a grid of one shape to one of another, some of whose axes are pinned at a level."""
        of, to = strides(shape), strides(onto)
        self._start = sum(level * to[axis] for axis, level in pinned.items())
        self._steps: list[tuple[int, int, int]] = []
        for axis, size in shape.items():
            if axis not in onto or axis in pinned:
                continue
            before = self._steps[-1] if self._steps else None
            if before is not None and (before[0], before[2]) == (size * of[axis], size * to[axis]):
                self._steps[-1] = (of[axis], before[1] * size, to[axis])  # neighbours are one step
            else:
                self._steps.append((of[axis], size, to[axis]))
        self.keeps_all = shape == onto and not pinned

    def __call__(self, cells: Sequence[int]) -> Sequence[int]:
        """The numbers there of cells here."""
        start = self._start
        match self._steps:  # one list is made for most, since there are many cells
            case _ if self.keeps_all:
                return cells
            case [(stride, size, to)]:
                return [start + cell // stride % size * to for cell in cells]
            case [(stride, size, to), (second, of, at)]:
                return [start + cell // stride % size * to + cell // second % of * at for cell in cells]
            case steps:
                return [
                    start + sum([cell // stride % size * to for stride, size, to in steps]) for cell in cells
                ]


class Known(dict[int, T]):
    """What was made, by number; what is missing is made."""

    def __init__(self, make: Callable[[int], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, number: int) -> T:
        found = self[number] = self._make(number)
        return found


class Column(Generic[T]):
    """What a grid has at every cell, where some of its axes tell what that is."""

    def __init__(self, shape: Shape, axes: Iterable[str], make: Callable[[dict[str, int]], T]) -> None:
        """Of a grid of this shape.

        Args:
            shape: of the grid.
            axes: that tell.
            make: says what there is at levels of these axes.
        """
        told = frozenset(axes)
        self._onto = {axis: size for axis, size in shape.items() if axis in told}
        self._strides = strides(self._onto)
        self._projection = Projection(shape, self._onto)
        self._make = make
        # Where all axes tell, each cell has its own, which is not kept.
        own = bool(shape) and self._projection.keeps_all
        self._at: Callable[[int], T] = self._found if own else Known(self._found).__getitem__

    def at(self, cells: Sequence[int]) -> list[T]:
        """What there is at cells of the grid."""
        return list(map(self._at, self._projection(cells)))

    def different(self, cells: Iterable[int]) -> list[T]:
        """What there is at any of these cells, once for all that the axes do not tell apart."""
        numbers = dict.fromkeys(one for some in at_once(cells) for one in self._projection(some))
        return list(map(self._at, numbers))

    def _found(self, number: int) -> T:
        onto, apart = self._onto, self._strides
        return self._make({axis: number // apart[axis] % size for axis, size in onto.items()})


class OfCells(Sequence[T]):
    """Something of each cell of a grid, by the cells' numbers, found where somebody looks."""

    def __init__(self, count: int, at: Callable[[Sequence[int]], list[T]]) -> None:
        """Of so many cells; `at` finds it for some of them."""
        self._cells = range(count)
        self._at = at

    def __len__(self) -> int:
        return len(self._cells)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return self._at(self._cells[index])
        return self._at((self._cells[index],))[0]

    def __iter__(self) -> Iterator[T]:
        return itertools.chain.from_iterable(map(self._at, at_once(self._cells)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]
