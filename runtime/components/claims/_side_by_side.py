"""Two metrics, or a metric and an axis, level by level of one axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heldout.runtime.components.claims.contract import Scale
from heldout.runtime.components.claims.trend import places
from heldout.runtime.evidence.observations import MissingRule
from heldout.runtime.results.level_fields import LevelField
from heldout.runtime.results.levels import Axis, level_text
from heldout.runtime.results.results import Results
from heldout.runtime.results.row_keys import along_of
from heldout.runtime.statistics.rounding import rounding


@dataclass(frozen=True)
class SideBySide:
    """What a correlation is computed from.

    Attributes:
        axes: of the combinations that have a correlation each.
        exists: the combinations that the study has, by the axes' levels.
        x, y: both sides, [num_combinations, num_levels]; only levels where no value is missing.
        missing: the levels that were left out, in words.
        oracle: some of the cells used test labels on purpose.
    """

    axes: tuple[Axis, ...]
    exists: np.ndarray
    x: np.ndarray
    y: np.ndarray
    missing: tuple[str, ...]
    oracle: bool

    def spread_out(self, by_combination: np.ndarray) -> np.ndarray:
        """A number a combination, by the axes' levels; NaN where the study has none."""
        found = np.full(self.exists.shape, np.nan)
        found[self.exists] = by_combination
        return found

    def cannot_test(self, rule: MissingRule) -> str:
        """Why no correlation would be right; empty where it can be computed."""
        num_levels = self.x.shape[1]
        if self.missing and rule == "block":
            shown = "; ".join(self.missing[:3]) + ("; …" if len(self.missing) > 3 else "")
            return f"{len(self.missing)} of {num_levels + len(self.missing)} levels lack a value ({shown})"
        if num_levels < 2:
            return f"a correlation needs two levels, and {num_levels} have a value"
        same = any(np.ptp(one) <= rounding(one) for side in (self.x, self.y) for one in side)
        return "one side is the same at all levels, which correlates with nothing" if same else ""


def side_by_side(
    results: Results,
    metric: Mapping[str, Any],
    against: Mapping[str, Any] | None,
    axis: str,
    pair: Sequence[str],
    where: Mapping[str, Any],
    ranked: bool,
    whole: bool = False,
    by: LevelField | None = None,
) -> SideBySide:
    """Both sides of a correlation.

    Args:
        against: the other metric; None for the levels of the axis, in their order where `ranked`, or where
            `by` places them.
        pair: axes of the combinations; one that the other metric lacks repeats its values.
        where: held against each metric's own axes; the first has all that are named.
        whole: take a result that was gathered without some of its members for missing.

    Raises:
        ValueError: an axis or a level that a metric lacks, or levels that are no numbers.
    """
    cells = results.grid(metric, where, whole).average_to([*pair, axis])
    values, exists, oracle = cells.values, cells.exists, cells.oracle
    if against is None:
        scale: Scale = "rank" if ranked and by is None else "value"
        others = np.broadcast_to(places(cells.axes[-1], scale, by), values.shape)
    else:
        known = [one.name for one in results.stages[against["stage"]].axes] + list(along_of(against))
        part = {name: levels for name, levels in where.items() if name in known}
        grid = results.grid(against, part, whole)
        grid = grid.average_to([*(name for name in pair if name in known), axis])
        shape = [len(one.levels) if one.name in known else 1 for one in cells.axes]
        others, there, marked = (
            np.broadcast_to(part.reshape(shape), values.shape)
            for part in (grid.values, grid.exists, grid.oracle)
        )
        exists, oracle = exists | there, oracle | marked
    combinations = np.asarray(exists.any(axis=-1))
    lacks = ~(np.isfinite(values) & np.isfinite(others))[combinations]
    in_study = exists[combinations].any(axis=0)
    kept = in_study & ~lacks.any(axis=0)
    along = cells.axes[-1]
    return SideBySide(
        cells.axes[:-1],
        combinations,
        np.array(others[combinations][:, kept]),
        np.array(values[combinations][:, kept]),
        tuple(f"{axis} {level_text(along.levels[i])}" for i in np.flatnonzero(in_study & ~kept)),
        bool((oracle & exists).any()),
    )
