"""What stands on the sides of a comparison: levels of an axis, or cells that several axes tell apart."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from heldout.runtime.results.levels import Axis, level_text
from heldout.runtime.results.results import Grid


class Sides(NamedTuple):
    """A metric at some levels, or cells, by pair.

    Attributes:
        axes: of the pairs.
        values: [*levels of these axes, num_sides]; NaN where one is missing.
        exists: the study makes it; the same shape.
        oracle: one of them used test labels on purpose.
        terms: the numbers that the values are of, in any shape.
    """

    axes: tuple[Axis, ...]
    values: np.ndarray
    exists: np.ndarray
    oracle: bool
    terms: np.ndarray

    def difference(self, upper: int, lower: int) -> tuple[np.ndarray, np.ndarray]:
        """One side less another, by pair, and whether the study makes it."""
        differences = self.values[..., upper] - self.values[..., lower]
        return differences, self.exists[..., upper] | self.exists[..., lower]


def sides(grid: Grid, pair: Sequence[str], axis: str | None, levels: Sequence[Any]) -> Sides:
    """The metric at each of some levels of an axis, averaged over what is neither paired nor named.

    Args:
        grid: of the metric, in the part of the study that is looked at.
        pair: the axes that the sides share.
        axis: None where each level is a cell: axis -> level, the same axes in all.

    Raises:
        ValueError: a level without an axis, cells of different axes, or an axis or a level that the metric
            does not have.
    """
    cells = [_cell(axis, level) for level in levels]
    names = list(cells[0])
    if any(set(cell) != set(names) for cell in cells):
        raise ValueError(f"cells that are compared name the same axes, and these do not: {_listed(cells)}")
    along = {name: grid.axes[grid.dimension(name)] for name in names}
    places = [np.array([along[name].index(cell[name]) for cell in cells]) for name in names]
    at: tuple[Any, ...] = (..., *places)
    means = grid.average_to([*pair, *names])
    values, exists, oracle = (part[at] for part in (means.values, means.exists, means.oracle))
    return Sides(means.axes[: len(pair)], values, exists, bool(oracle.any()), means.values)


def sides_at_places(
    grid: Grid,
    pair: Sequence[str],
    axis: str | None,
    levels: Sequence[Any],
    by: str | None,
    places: Sequence[Any],
) -> Sides:
    """The metric at each of some levels, or cells, in each of some places, which are such too.

    Args:
        grid, pair, axis, levels: as `sides` has them.
        by: the axis that the places are levels of; None where they are cells.

    Returns:
        num_sides is num_places * num_levels: all levels in the first place, then all in the next.

    Raises:
        ValueError: as `sides`; an axis that tells both levels and places apart.
    """
    cells = [_cell(axis, level) for level in levels]
    at = [_cell(by, place) for place in places]
    twice = [name for name in cells[0] if name in at[0]]
    if twice:
        raise ValueError(f"what differs along {twice[0]!r} is not compared along {twice[0]!r} again")
    return sides(grid, pair, None, [{**cell, **place} for place in at for cell in cells])


def side_text(level: Any) -> str:
    """A level, or a cell, as a reader sees it."""
    if not isinstance(level, Mapping):
        return level_text(level)
    return f"({', '.join(f'{axis} {level_text(one)}' for axis, one in level.items())})"


def _cell(axis: str | None, level: Any) -> Mapping[str, Any]:
    if axis is not None:
        return {axis: level}
    if not isinstance(level, Mapping) or not level:
        raise ValueError(f"{level_text(level)} is a level of no axis: write `axis`, or a cell, axis -> level")
    return level


def _listed(cells: Sequence[Mapping[str, Any]]) -> str:
    return " and ".join(map(side_text, cells))
