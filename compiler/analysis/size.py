"""How large a study is: the cells that its stages have, and the places of their grids."""

import math
from collections.abc import Collection

from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import MOST_LISTED

# A study of a million models, each scored, has two million. A cell takes some 200 bytes and ten microseconds,
# so that all of them are compiled in less than a gigabyte and a minute.
MAX_CELLS = 4_000_000

# A grid has a place for every combination of levels, also where axes go in step: four bytes while it is
# compiled, five where the report's plan writes that there is no cell.
MAX_PLACES = 8 * MAX_CELLS


def num_cells(scope: Scope, reaches: Reaches) -> int:
    """The cells of all stages, gathered ones among them, before combinations of levels are excluded."""
    return sum(cells_of(scope, axes) for axes in _grids(scope, reaches))


def num_places(scope: Scope, reaches: Reaches) -> int:
    """The places of all grids, whether there is a cell or not."""
    return sum(places_of(scope, axes) for axes in _grids(scope, reaches))


def _grids(scope: Scope, reaches: Reaches) -> list[frozenset[str]]:
    return [reaches.reached(reaches.stages[name]) for name in scope.stages]


def places_of(scope: Scope, axes: Collection[str]) -> int:
    """All combinations of the levels of some axes."""
    return math.prod(len(scope.axes[axis].levels) for axis in axes)


def cells_of(scope: Scope, axes: Collection[str]) -> int:
    """Those of them that are in step, without levels that are excluded by themselves."""
    apart, steps = set(axes), 1
    for group in scope.study.zips:
        together = tuple(axis for axis, _ in group if axis in apart)
        apart -= {*together}
        steps *= scope.num_steps(together) if together else 1
    return steps * math.prod(len(scope.levels_left(axis)) for axis in apart)


def in_words(scope: Scope, axes: Collection[str]) -> str:
    """The axes of a grid with the numbers of their levels."""
    of = [f"{axis} ({len(scope.axes[axis].levels):,})" for axis in scope.axes if axis in axes]
    return " x ".join(of[:MOST_LISTED]) + (f" x {len(of) - MOST_LISTED} more" if of[MOST_LISTED:] else "")


def counted(number: int) -> str:
    """A number that may be beyond all bounds."""
    return f"{number:,}" if number < 10**15 else "more than 10^15"
