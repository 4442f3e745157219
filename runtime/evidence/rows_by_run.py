"""From the records of single examples to a number a run, and what each example adds to it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from heldout.runtime.evidence.observations import Observations
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.records import AUROC, Rows
from heldout.runtime.results.results import MOST_VALUES, Grid, Results
from heldout.runtime.statistics.auroc import auroc_placements
from heldout.runtime.statistics.crossed import Contributions
from heldout.runtime.statistics.exact import is_right_or_wrong

UNBOUNDED = (-math.inf, math.inf)


class Side(NamedTuple):
    """A level of the axis that is compared, None where none is, and the sign that its number has."""

    level: Any
    sign: float


class Part(NamedTuple):
    """What the rows of one model give: its number, what each unit adds, and how many units are apart."""

    number: float
    influence: np.ndarray
    apart: int


@dataclass(frozen=True)
class RowsByRun:
    """What a claim over rows is decided by.

    Attributes:
        observations: the numbers of the runs, or one where no axis has runs.
        found: the same with what each unit adds; of the runs that have a number.
        by_unit: of one model, or of two that are held against each other, each unit's number, [num_units];
            None where several are averaged, or a unit has several rows.
        oracle: some of the models used test labels on purpose.
    """

    observations: Observations
    found: Contributions
    by_unit: np.ndarray | None
    oracle: bool


def rows_by_run(
    results: Results,
    metric: Mapping[str, Any],
    where: Mapping[str, Any],
    axis: str | None,
    sides: Sequence[Side],
    runs: str | None,
    unit: str,
    drop: bool,
) -> RowsByRun:
    """Read the records, and average over all axes that are not named, within each run.

    Args:
        drop: average over the combinations of levels that have all their records, and not over none.

    Raises:
        ValueError: an axis, a level, a column or a value that is not there, or sides with other units.
    """
    grid = _cells(results, metric, where, axis, sides, runs)
    axes = grid.axes[:1] if runs is not None else ()
    shape = (len(axes[0].levels) if axes else 1, len(sides), -1)
    cells, exists = (part.reshape(shape) for part in (grid.values.astype(np.int64), grid.exists))
    wanted = cells[exists]
    stage = results.stages[metric["stage"]]
    rows, num_units = results.records.rows(stage, metric, unit, wanted.tolist())
    if num_units * shape[0] > MOST_VALUES:
        raise ValueError(f"{num_units:,} units of {shape[0]} runs are too many numbers")
    by_cell = dict(zip(wanted.tolist(), rows, strict=True))
    parts = _Parts(metric["metric"], num_units)
    estimates, influence = np.full(shape[0], np.nan), np.zeros((num_units, shape[0]))
    made, by_unit, apart = 0, np.zeros(num_units), []
    for run in range(shape[0]):
        there = np.flatnonzero(exists[run].any(axis=0))
        whole = [
            o
            for o in there
            if all(exists[run, s, o] and by_cell[cells[run, s, o]] for s in range(len(sides)))
        ]
        if not whole or (len(whole) < len(there) and not drop):
            continue
        estimates[run] = 0.0
        for combination in whole:
            pair = [by_cell[cell] for cell in cells[run, :, combination]]
            _same_units(pair, sides, axis)
            for one, side in zip(pair, sides, strict=True):
                part = parts.of(one)
                estimates[run] += side.sign * part.number / len(whole)
                influence[:, run] += side.sign * part.influence / len(whole)
                by_unit += side.sign * parts.by_unit(one) / len(whole)
                apart.append(part.apart)
            made += 1
    kept = np.isfinite(estimates)
    fewest = min(apart, default=1)
    freedom = _freedom(by_unit) if parts.of_means else max(fewest - 1.0, 1.0)
    shares = not parts.of_means or all(one is None or is_right_or_wrong(one.value) for one in rows)
    found = Contributions(
        estimates[kept], influence[:, kept], freedom, _range(sides) if shares else UNBOUNDED, fewest
    )
    observed = estimates.reshape([len(one.levels) for one in axes])
    in_study = np.asarray(exists.any(axis=(1, 2)).reshape(observed.shape))
    alone = (
        made == 1
        and parts.of_means
        and all(one is None or _num_units(one.unit) == len(one.unit) for one in rows)
    )
    return RowsByRun(
        Observations.of(axes, observed, in_study, None),
        found,
        by_unit if alone else None,
        bool((grid.oracle & grid.exists).any()),
    )


def _cells(
    results: Results,
    metric: Mapping[str, Any],
    where: Mapping[str, Any],
    axis: str | None,
    sides: Sequence[Side],
    runs: str | None,
) -> Grid:
    """The number of each cell that is read, by run, by side, and by all other axes."""
    stage = results.stages[metric["stage"]]
    numbers = np.arange(len(stage.cells), dtype=np.float64)
    grid = results.framed(stage, (), numbers, np.ones(len(numbers), dtype=bool)).where(where)
    if axis is not None:
        index = grid.axes[grid.dimension(axis)].index
        grid = grid.take(axis, [index(side.level) for side in sides])
    return grid.order([name for name in (runs, axis) if name is not None])


class _Parts:
    """What the rows of models give, by the metric."""

    def __init__(self, metric: str, num_units: int) -> None:
        self.of_means = metric != AUROC
        self._num_units = num_units

    def of(self, rows: Rows) -> Part:
        if self.of_means:
            own = _num_units(rows.unit)
            if own < 2:
                raise ValueError("other examples cannot be spoken of, where there is one unit")
            number = float(rows.value.mean())
            moved = (rows.value - number) / len(rows.value) * np.sqrt(own / (own - 1))
            return Part(number, self._summed(rows, moved), own)
        assert rows.positive is not None
        number, moved = auroc_placements(rows.value, rows.positive)
        fewest = min(_num_units(rows.unit[rows.positive == side]) for side in (True, False))
        return Part(number, self._summed(rows, moved), fewest)

    def by_unit(self, rows: Rows) -> np.ndarray:
        """What each unit has, so that what equals another's is seen to."""
        return self._summed(rows, rows.value) if self.of_means else np.zeros(self._num_units)

    def _summed(self, rows: Rows, values: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.bincount(rows.unit, weights=values, minlength=self._num_units)
        return found


def _range(sides: Sequence[Side]) -> tuple[float, float]:
    """Between which numbers a share lies, or a difference of two."""
    return sum(min(side.sign, 0.0) for side in sides), sum(max(side.sign, 0.0) for side in sides)


def _freedom(by_unit: np.ndarray) -> float:
    """One less than there are units; of units that are mostly equal, as many as differ from most."""
    _, times = np.unique(np.round(by_unit, 9), return_counts=True)
    return float(max(1, len(by_unit) - int(times.max(initial=1))))


def _same_units(pair: Sequence[Rows | None], sides: Sequence[Side], axis: str | None) -> None:
    first, *others = (one.unit for one in pair if one is not None)
    for other, side in zip(others, sides[1:], strict=True):
        if not (np.array_equal(first, other) or np.array_equal(np.sort(first), np.sort(other))):
            raise ValueError(
                f"{axis} {level_text(sides[0].level)} and {level_text(side.level)} are scored on other rows, "
                "and cannot be held against each other row by row"
            )


def _num_units(unit: np.ndarray) -> int:
    return int(np.count_nonzero(np.bincount(unit)))
