"""Two metrics, or a metric and an axis, level by level of one axis, or point by point of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heldout.runtime.evidence.curve_levels import Scale
from heldout.runtime.evidence.observations import MissingRule
from heldout.runtime.evidence.places import places
from heldout.runtime.results.level_fields import LevelField
from heldout.runtime.results.levels import Axis, coordinates_text
from heldout.runtime.results.results import Results
from heldout.runtime.results.row_keys import along_of
from heldout.runtime.statistics.rounding import rounding


@dataclass(frozen=True)
class SideBySide:
    """What a correlation is computed from.

    Attributes:
        axes: of the combinations that have a correlation each.
        exists: the combinations that the study has, by the axes' levels.
        x, y: both sides, [num_combinations, num_levels]; only levels where no value is missing. A level of
            several axes is a point: a combination of theirs that the study has.
        along: the axes of the levels.
        places: the level of each of these, [num_levels, num_axes].
        missing: the levels that were left out, in words.
        oracle: some of the cells used test labels on purpose.
    """

    axes: tuple[Axis, ...]
    exists: np.ndarray
    x: np.ndarray
    y: np.ndarray
    along: tuple[Axis, ...]
    places: np.ndarray
    missing: tuple[str, ...]
    oracle: bool

    @property
    def noun(self) -> str:
        """What they are called, in the plural."""
        return "levels" if len(self.along) == 1 else "points"

    def spread_out(self, by_combination: np.ndarray) -> np.ndarray:
        """A number a combination, by the axes' levels; NaN where the study has none."""
        found = np.full(self.exists.shape, np.nan)
        found[self.exists] = by_combination
        return found

    def unit(self, cluster: str) -> np.ndarray:
        """Which level of one of their axes each level is of, from 0, [num_levels]."""
        column = self.places[:, [axis.name for axis in self.along].index(cluster)]
        return np.unique(column, return_inverse=True)[1]

    def blocks(self, cluster: str) -> np.ndarray | None:
        """The levels by unit, in one order of the other axes, [num_units, num_places].

        None where units do not have the same of them, so that no two could change places.
        """
        unit = self.unit(cluster)
        others = np.delete(self.places, [axis.name for axis in self.along].index(cluster), axis=1)
        _, place = np.unique(others, axis=0, return_inverse=True)
        shape = int(unit.max()) + 1, int(place.max()) + 1
        if len(unit) < shape[0] * shape[1]:
            return None
        blocks = np.empty(shape, dtype=np.int64)
        blocks[unit, place.ravel()] = np.arange(len(unit))
        return blocks

    def cannot_test(self, rule: MissingRule) -> str:
        """Why no correlation would be right; empty where it can be computed."""
        num_levels = self.x.shape[1]
        if self.missing and rule == "block":
            shown = "; ".join(self.missing[:3]) + ("; …" if len(self.missing) > 3 else "")
            return (
                f"{len(self.missing)} of {num_levels + len(self.missing)} {self.noun} lack a value ({shown})"
            )
        if num_levels < 2:
            return f"a correlation needs two {self.noun}, and {num_levels} have a value"
        same = any(np.ptp(one) <= rounding(one) for side in (self.x, self.y) for one in side)
        return f"one side is the same at all {self.noun}, which correlates with nothing" if same else ""


def side_by_side(
    results: Results,
    metric: Mapping[str, Any],
    against: Mapping[str, Any] | None,
    axis: str | Sequence[str],
    pair: Sequence[str],
    where: Mapping[str, Any],
    ranked: bool,
    whole: bool = False,
    by: LevelField | None = None,
) -> SideBySide:
    """Both sides of a correlation.

    Args:
        against: the other metric; None for the levels of the one axis, in their order where `ranked`, or
            where `by` places them.
        axis: one, or several, of which every combination of levels that the study has is a point.
        pair: axes of the combinations; one that the other metric lacks repeats its values.
        where: held against each metric's own axes; the first has all that are named.
        whole: take a result that was gathered without some of its members for missing.

    Raises:
        ValueError: an axis or a level that a metric lacks, or levels that are no numbers.
    """
    over = [axis] if isinstance(axis, str) else list(axis)
    if against is None and len(over) > 1:
        raise ValueError(f"the points of {' and '.join(over)} have no number of their own to correlate with")
    cells = results.grid(metric, where, whole).average_to([*pair, *over])
    values, exists, oracle = cells.values, cells.exists, cells.oracle
    if against is None:
        scale: Scale = "rank" if ranked and by is None else "value"
        others = np.broadcast_to(places(cells.axes[-1], scale, by), values.shape)
    else:
        known = [one.name for one in results.stages[against["stage"]].axes] + list(along_of(against))
        part = {name: levels for name, levels in where.items() if name in known}
        grid = results.grid(against, part, whole)
        grid = grid.average_to([*(name for name in pair if name in known), *over])
        shape = [len(one.levels) if one.name in known else 1 for one in cells.axes]
        others, there, marked = (
            np.broadcast_to(part.reshape(shape), values.shape)
            for part in (grid.values, grid.exists, grid.oracle)
        )
        exists, oracle = exists | there, oracle | marked
    along = cells.axes[len(pair) :]
    by_point = (*values.shape[: len(pair)], -1)
    values, others, exists = (part.reshape(by_point) for part in (values, others, exists))
    oracle = oracle.reshape(by_point)
    combinations = np.asarray(exists.any(axis=-1))
    lacks = ~(np.isfinite(values) & np.isfinite(others))[combinations]
    in_study = exists[combinations].any(axis=0)
    kept = in_study & ~lacks.any(axis=0)
    places_of = np.indices([len(one.levels) for one in along]).reshape(len(along), -1).T
    return SideBySide(
        cells.axes[: len(pair)],
        combinations,
        np.array(others[combinations][:, kept]),
        np.array(values[combinations][:, kept]),
        along,
        places_of[kept],
        tuple(coordinates_text(along, at) for at in places_of[in_study & ~kept].tolist()),
        bool((oracle & exists).any()),
    )
