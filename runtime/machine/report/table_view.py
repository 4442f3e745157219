"""A summary table as the page shows it: texts only, in blocks."""

import math
from typing import NamedTuple

from heldout.runtime.machine.report.clusters import CENTRES
from heldout.runtime.machine.report.metrics import metric_label, sentence
from heldout.runtime.machine.report.table_files import scale_of, table_decimals
from heldout.runtime.machine.report.tables import Cell, SummaryTable
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.numbers import fixed, listing


class CellView(NamedTuple):
    """A cell's texts: `runs` says how many are there where some are missing."""

    mean: str
    spread: str
    runs: str
    best: bool
    oracle: bool


class RowView(NamedTuple):
    names: tuple[str, ...]
    oracle: bool
    cells: tuple[CellView, ...]


class BlockView(NamedTuple):
    name: str
    rows: tuple[RowView, ...]


class TableView(NamedTuple):
    """A table's texts; `over_columns` is what the column names are levels of."""

    id: str
    title: str
    headings: tuple[str, ...]
    columns: tuple[str, ...]
    over_columns: str
    blocks: tuple[BlockView, ...]
    note: str


def table_view(table: SummaryTable) -> TableView:
    """The texts of a table."""
    label = metric_label(table.metric)
    columns = tuple(level_text(level) for level in table.columns.levels) if table.columns else (label,)
    return TableView(
        table.id,
        table.title or sentence(label),
        tuple(axis.label for axis in table.rows),
        (*columns, "Avg") if table.has_average else columns,
        table.columns.label if table.columns else "",
        tuple(
            BlockView(
                f"{table.by.label}: {level_text(table.by.levels[block.position])}"
                if table.by is not None and block.position is not None
                else "",
                tuple(
                    RowView(
                        tuple(
                            level_text(axis.levels[at])
                            for axis, at in zip(table.rows, row.positions, strict=True)
                        ),
                        row.oracle,
                        tuple(cell_view(cell, table, row.oracle) for cell in row.all_cells),
                    )
                    for row in block.rows
                ),
            )
            for block in table.blocks
        ),
        note(table),
    )


def cell_view(cell: Cell, table: SummaryTable, row_is_oracle: bool = False) -> CellView:
    """The texts of a cell; the sign of an oracle stands at the row where the whole row is one."""
    decimals, scale = table_decimals(table), scale_of(table)
    expected = cell.num_runs + cell.num_missing
    runs = f"{cell.num_runs} of {expected}" if cell.num_missing else ""
    oracle = cell.oracle and not row_is_oracle
    if not cell.num_runs:
        return CellView("—", "", runs, False, oracle)
    spread = fixed(cell.half_width * scale, decimals) if math.isfinite(cell.half_width) else ""
    return CellView(fixed(cell.mean * scale, decimals), spread, runs, cell.best, oracle)


def note(table: SummaryTable) -> str:
    """What the study says of the table, and what its numbers are."""
    label = metric_label(table.metric)
    unit = ", in percent" if table.unit == "percent" else ""
    parts = [f"{sentence(label)}{unit}"]
    if table.misfit:
        parts.append("shown as it is: `unit: percent` is for shares of one, and these are none")
    if table.over is not None:
        parts.append(table.over)
    if table.has_average and table.columns is not None:
        columns = table.columns.label
        its = ", its interval over the same units" if table.units is not None and table.units.axis else ""
        of = "the mean" if table.statistic == "mean" else f"the {CENTRES[table.statistic]} of each run's mean"
        parts.append(f"Avg is {of} over these very levels of {columns}{its}")
    parts.append(f"bold is the best of its column ({_directions(table)})")
    if table.num_missing:
        lost = f"{table.num_missing} {'is' if table.num_missing == 1 else 'are'} missing in all"
        parts.append(f"a small “4 of 5” says how many runs are there; {lost}")
    if table.oracle:
        parts.append("† used test labels on purpose, and is bold only as the best of those that did")
    return " ".join(filter(None, [table.caption, "; ".join(parts) + "."]))


def _directions(table: SummaryTable) -> str:
    """Which way is better; where it is not the same for all columns, for which of them less is."""
    if len(set(table.descending)) == 1 or table.columns is None:
        return f"{'higher' if table.descending[0] else 'lower'} is better"
    less = [
        level_text(level)
        for level, descending in zip(table.columns.levels, table.descending, strict=True)
        if not descending
    ]
    return f"lower is better for {listing(less)}, higher for the others"
