"""Excluded combinations of levels: a cell is asked once for each set of axes, and not for each rule."""

import itertools
import math
from collections.abc import Mapping, Set

MOST_COMBINATIONS = 1000  # of one rule, to be written out


class Excluded:
    """Combinations of levels on some axes. False while there are none."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], set[tuple[int, ...]]] = {}

    def add(self, levels: Mapping[int, Set[int]]) -> bool:
        """Exclude all combinations of these levels, unless they are too many to be written out.

        Args:
            levels: by the position of an axis, numbers of its levels.

        Returns:
            whether they are excluded now.
        """
        if math.prod(map(len, levels.values())) > MOST_COMBINATIONS:
            return False
        axes = tuple(sorted(levels))
        self._known.setdefault(axes, set()).update(itertools.product(*(levels[axis] for axis in axes)))
        return True

    def __bool__(self) -> bool:
        return bool(self._known)

    def lets(self, cell: tuple[int, ...]) -> bool:
        """Whether a cell meets none of them."""
        return all(tuple([cell[axis] for axis in axes]) not in known for axes, known in self._known.items())
