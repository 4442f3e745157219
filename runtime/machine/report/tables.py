"""Summary tables: mean and interval by row and column, in blocks, with an average over columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np

from heldout.runtime.machine.report.clusters import CENTRES, Units, averaged_axes, units_of
from heldout.runtime.machine.report.metrics import less_is_better
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.results import Grid, Results
from heldout.runtime.statistics.bootstrap import bootstrap_interval
from heldout.runtime.statistics.centre import Statistic, centre
from heldout.runtime.statistics.interval import t_half_width
from heldout.runtime.statistics.rounding import rounding


@dataclass(frozen=True)
class Cell:
    """What runs say of one row and column.

    Attributes:
        mean: over the runs that are there, or another centre of them; NaN where none is.
        half_width: of its 95 % interval over units; NaN for fewer than two.
        num_runs: values that are there.
        num_units: independent units that they are of; 1 where nothing says which they are.
        num_missing: values that the study has and that are not there.
        oracle: some of them used test labels on purpose.
        best: the best of its block and column.
    """

    mean: float
    half_width: float
    num_runs: int
    num_missing: int
    oracle: bool
    num_units: int = 1
    best: bool = False


@dataclass(frozen=True)
class Row:
    """A row: its level on each row axis, its cells, and the average of them where there is one."""

    positions: tuple[int, ...]
    cells: tuple[Cell, ...]
    average: Cell | None

    @property
    def all_cells(self) -> tuple[Cell, ...]:
        return (*self.cells, self.average) if self.average is not None else self.cells

    @property
    def score(self) -> Cell:
        """What rows are ranked by: the average, or the one cell."""
        return self.average if self.average is not None else self.cells[0]

    @property
    def oracle(self) -> bool:
        """The whole row is an oracle's; single cells of others are marked on their own."""
        return all(cell.oracle or not (cell.num_runs + cell.num_missing) for cell in self.cells)


@dataclass(frozen=True)
class Block:
    """The rows of one level of the axis that blocks are by."""

    position: int | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class SummaryTable:
    """A declared table with its numbers.

    Attributes:
        rows: the row axes.
        columns: the column axis; None for a single column of values.
        by: the axis whose levels are blocks.
        units: what intervals are over, of the axes that a cell's runs vary along; one that `where` keeps to
            a level is none, one that goes in step with an axis of the table is none, and without any it is
            None.
        metric: stage, port and metric.
        unit: what the numbers are shown in, where it is not their own.
        descending: the greater value is the better, in each column.
        caption: what the study says of it.
        misfits: of each metric, whether percent were asked for, and its numbers are no shares of one.
        column_units: of each column, where metrics of several scales stand side by side; else empty.
        said: what intervals are over, where that differs between several metrics.
        measured: of each metric, whether it is what tasks cost.
        statistic: what a cell is of its runs.
    """

    id: str
    title: str | None
    metric: Mapping[str, Any]
    unit: Literal["percent"] | None
    rows: tuple[Axis, ...]
    columns: Axis | None
    by: Axis | None
    units: Units | None
    descending: tuple[bool, ...]
    blocks: tuple[Block, ...]
    caption: str | None = None
    misfits: tuple[bool, ...] = (False,)
    column_units: tuple[Literal["percent"] | None, ...] = ()
    said: str | None = None
    measured: tuple[bool, ...] = (False,)
    statistic: Statistic = "mean"

    def is_measured(self, column: int) -> bool:
        """Whether the numbers of a column are what tasks cost."""
        return self.measured[column if len(self.measured) > 1 else 0]

    @property
    def misfit(self) -> bool:
        """Percent were asked for, and not all numbers are shares of one."""
        return any(self.misfits)

    @property
    def over(self) -> str | None:
        """What intervals are over, in words; None where nothing is averaged."""
        if self.said is not None:
            return self.said
        if self.units is None:
            return None
        words, centre = self.units.words(self.num_units, self.statistic), CENTRES[self.statistic]
        return f"{centre} ± half the width of its {words}" if self.units.axis else f"{centre}s, {words}"

    @property
    def has_average(self) -> bool:
        return any(row.average is not None for block in self.blocks for row in block.rows)

    @property
    def oracle(self) -> bool:
        return any(cell.oracle for block in self.blocks for row in block.rows for cell in row.cells)

    @property
    def num_units(self) -> int:
        """The most units that a cell has."""
        return max(
            (c.num_units for block in self.blocks for row in block.rows for c in row.all_cells), default=1
        )

    @property
    def num_missing(self) -> int:
        return sum(cell.num_missing for block in self.blocks for row in block.rows for cell in row.cells)


def summary_table(declared: Mapping[str, Any], results: Results) -> SummaryTable:
    """The numbers of one declared table.

    The half-width of a cell is that of the t interval over its units, whose means weigh equally
    (`heldout.runtime.machine.report.clusters`). The average is DomainBed's (Gulrajani & Lopez-Paz 2021,
    arXiv:2007.01434, section 4): the mean over columns, with the spread over runs of each run's own mean
    over columns. A run that lacks a column has no mean and counts as missing there.
    Differs from the paper: a t interval in place of a standard error.
    With a `statistic` a cell is that of all its runs, which count alike, with half the width of a bootstrap's
    interval, and the average is that of each run's own mean over columns.

    Raises:
        ValueError: an axis, level or metric that the results do not have.
    """
    grid = results.grid(declared["value"], declared.get("where") or {})
    by, columns = declared.get("by"), declared.get("columns")
    named = [*([by] if by else []), *declared["rows"], *([columns] if columns else [])]
    averaged = _averaged(grid, named)
    units = units_of(averaged, declared)
    grid = grid.order([*named, *([units.axis.name] if units.axis else [])])
    statistic: Statistic = declared.get("statistic") or "mean"
    num_rows = len(declared["rows"])
    first_row = 1 if by else 0
    row_axes = grid.axes[first_row : first_row + num_rows]
    descending = not less_is_better(declared["value"], declared.get("better"))
    blocks = tuple(
        Block(
            position,
            mark_best(rows_of(_at(grid, position), row_axes, bool(columns), units, statistic), descending),
        )
        for position in (range(len(grid.axes[0].levels)) if by else (None,))
    )
    return SummaryTable(
        id=declared["id"],
        title=declared.get("title"),
        metric=declared["value"],
        unit=declared.get("unit"),
        rows=row_axes,
        columns=grid.axes[first_row + num_rows] if columns else None,
        by=grid.axes[0] if by else None,
        units=units if averaged else None,
        descending=(descending,),
        blocks=blocks,
        caption=declared.get("caption"),
        misfits=(bool(declared.get("misfit")),),
        statistic=statistic,
        measured=(bool(declared["value"].get("measured")),),
    )


def _averaged(grid: Grid, named: Sequence[str]) -> list[Axis]:
    """The axes that the cells of a table with these axes average over."""
    cells = np.argwhere(grid.exists)
    beside = {axis: cells[:, d] for d, axis in enumerate(grid.axes) if axis.name not in named}
    return averaged_axes(cells[:, [grid.dimension(name) for name in named]], beside)


def _at(grid: Grid, position: int | None) -> Grid:
    if position is None:
        return grid
    return Grid(grid.axes[1:], grid.values[position], grid.exists[position], grid.oracle[position])


def rows_of(
    grid: Grid, row_axes: tuple[Axis, ...], has_columns: bool, units: Units, statistic: Statistic = "mean"
) -> tuple[Row, ...]:
    """The rows that the study has, in the order of levels.

    Args:
        grid: the row axes first, then the column axis if there is one, then the units' if there is one, then
            the runs.
    """
    num_units = len(units.axis.levels) if units.axis is not None else 1
    how = (statistic, units.named)
    found = []
    for positions in product(*(range(len(axis.levels)) for axis in row_axes)):
        parts = [part[positions] for part in (grid.values, grid.exists, grid.oracle)]
        num_columns = parts[0].shape[0] if has_columns else 1
        values, exists, oracle = (part.reshape(num_columns, num_units, -1) for part in parts)
        if not exists.any():
            continue
        cells = tuple(cell_of(values[c], exists[c], oracle[c], *how) for c in range(num_columns))
        average = cell_of(*averages(values, exists, oracle), *how) if num_columns > 1 else None
        found.append(Row(positions, cells, average))
    return tuple(found)


def cell_of(
    values: np.ndarray,
    exists: np.ndarray,
    oracle: np.ndarray,
    statistic: Statistic = "mean",
    whole: bool = False,
) -> Cell:
    """The summary of one cell's runs, all [num_units, num_runs]; in a mean units weigh equally.

    Args:
        whole: a bootstrap draws whole units, and not each unit's run among the runs of its column.
    """
    there = exists & np.isfinite(values)
    count = there.sum(axis=1)
    if statistic != "mean" and there.any():
        unit, column = np.nonzero(there)
        low, high = bootstrap_interval(
            values[there], unit, np.zeros_like(column) if whole else column, statistic
        )
        return Cell(
            mean=float(centre(values[there], statistic)),
            half_width=(high - low) / 2,
            num_runs=int(count.sum()),
            num_missing=int(exists.sum() - count.sum()),
            oracle=bool((exists & oracle).any()),
            num_units=int((count > 0).sum()),
        )
    means = np.where(there, values, 0.0).sum(axis=1)[count > 0] / count[count > 0]
    return Cell(
        mean=float(means.mean()) if len(means) else float("nan"),
        half_width=t_half_width(means),
        num_runs=int(count.sum()),
        num_missing=int(exists.sum() - count.sum()),
        oracle=bool((exists & oracle).any()),
        num_units=len(means),
    )


def averages(
    values: np.ndarray, exists: np.ndarray, oracle: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each run's mean over columns: from [num_columns, num_units, num_runs] to [num_units, num_runs]."""
    count = exists.sum(axis=0)
    total = np.where(exists, values, 0.0).sum(axis=0)  # NaN where a column is missing
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return mean, count > 0, (exists & oracle).any(axis=0)


def mark_best(rows: tuple[Row, ...], descending: bool) -> tuple[Row, ...]:
    """The same rows with the best cell of each column marked.

    An oracle does not compete with what could be done without test labels; where all rows are
    oracles they compete with each other. A single row is not the best of anything.
    """
    if len(rows) < 2:
        return rows
    best: list[float] = []
    fair: list[bool] = []
    for column in zip(*(row.all_cells for row in rows), strict=True):
        honest = any(not cell.oracle and cell.num_runs for cell in column)
        means = [cell.mean for cell in column if cell.num_runs and not (honest and cell.oracle)]
        best.append((max if descending else min)(means) if means else float("nan"))
        fair.append(honest)

    def marked(row: Row) -> Row:
        cells = [
            replace(c, best=abs(c.mean - b) <= rounding(b) and not (f and c.oracle))
            for c, b, f in zip(row.all_cells, best, fair, strict=True)
        ]
        average = cells.pop() if row.average is not None else None
        return Row(row.positions, tuple(cells), average)

    return tuple(marked(row) for row in rows)
