"""How the numbers of a table's columns are shown: their unit, their decimals, and with ± or without."""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Literal, NamedTuple

from heldout.runtime.machine.report.tables import Cell, SummaryTable
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.numbers import decimals_for
from heldout.runtime.statistics.rounding import rounding

PERCENT = 100.0
IN_PERCENT = ", %"  # after the name of a column, where others of its table are in other units


class Format(NamedTuple):
    """How the numbers of one column are shown.

    Attributes:
        unit: what they are shown in, where it is not their own.
        decimals: of means and half-widths alike.
        without_spread: its intervals have no width, and are left out.
    """

    unit: Literal["percent"] | None
    decimals: int
    without_spread: bool = False

    @property
    def scale(self) -> float:
        """What values are multiplied by before they are shown."""
        return PERCENT if self.unit == "percent" else 1.0

    def shows_spread(self, cell: Cell) -> bool:
        """Whether a cell has a half-width, and it is shown."""
        return math.isfinite(cell.half_width) and not self.without_spread


def formats(table: SummaryTable) -> tuple[Format, ...]:
    """How the cells of a row are shown, the average among them.

    All alike, but where metrics of several scales stand side by side: there each column has its own decimals,
    whole numbers have none, and a column whose intervals all have no width is shown without them.
    """
    rows = [row.all_cells for block in table.blocks for row in block.rows]
    if table.column_units:
        columns = zip(*rows, strict=True)
        return tuple(_of_column(unit, cells) for unit, cells in zip(table.column_units, columns, strict=True))
    one = Format(table.unit, _decimals(table.unit, chain.from_iterable(rows)))
    return (one,) * max(map(len, rows), default=1)


def column_names(table: SummaryTable) -> tuple[str, ...]:
    """What the levels of the column axis are called above their numbers; empty without such an axis."""
    if table.columns is None:
        return ()
    units = table.column_units or (None,) * len(table.columns.levels)
    return tuple(
        f"{level_text(level)}{IN_PERCENT if unit == 'percent' else ''}"
        for level, unit in zip(table.columns.levels, units, strict=True)
    )


def _of_column(unit: Literal["percent"] | None, column: Iterable[Cell]) -> Format:
    cells = [cell for cell in column if cell.num_runs]
    if any(cell.half_width > rounding(cell.mean) for cell in cells):
        return Format(unit, _decimals(unit, cells))
    flat = any(math.isfinite(cell.half_width) for cell in cells)
    whole = all(abs(cell.mean - round(cell.mean)) <= rounding(cell.mean) for cell in cells)
    without = [replace(cell, half_width=math.nan) for cell in cells]
    return Format(unit, 0 if whole and unit is None else _decimals(unit, without), flat)


def _decimals(unit: Literal["percent"] | None, column: Iterable[Cell]) -> int:
    """Decimals that suit some cells: one for percent, else what their median half-width has."""
    if unit == "percent":
        return 1
    cells = [cell for cell in column if cell.num_runs]
    widths = sorted(cell.half_width for cell in cells if cell.half_width > 0)
    if widths:
        return decimals_for(widths[len(widths) // 2])
    return decimals_for(max((abs(cell.mean) for cell in cells), default=0.0), figures=3)
