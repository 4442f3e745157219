"""A summary table as the page shows it: texts only, in blocks."""

from collections.abc import Sequence
from typing import NamedTuple

from heldout.runtime.machine.report.clusters import CENTRES
from heldout.runtime.machine.report.formats import Format, column_names, formats
from heldout.runtime.machine.report.metrics import metric_label, sentence
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
    columns, shown = column_names(table) or (label,), formats(table)
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
                        tuple(
                            cell_view(cell, how, row.oracle)
                            for cell, how in zip(row.all_cells, shown, strict=True)
                        ),
                    )
                    for row in block.rows
                ),
            )
            for block in table.blocks
        ),
        note(table),
    )


def cell_view(cell: Cell, how: Format, row_is_oracle: bool = False) -> CellView:
    """The texts of a cell; the sign of an oracle stands at the row where the whole row is one."""
    expected = cell.num_runs + cell.num_missing
    runs = f"{cell.num_runs} of {expected}" if cell.num_missing else ""
    oracle = cell.oracle and not row_is_oracle
    if not cell.num_runs:
        return CellView("—", "", runs, False, oracle)
    spread = fixed(cell.half_width * how.scale, how.decimals) if how.shows_spread(cell) else ""
    return CellView(fixed(cell.mean * how.scale, how.decimals), spread, runs, cell.best, oracle)


def note(table: SummaryTable) -> str:
    """What the study says of the table, and what its numbers are."""
    label = metric_label(table.metric)
    unit = ", in percent" if table.unit == "percent" else ""
    parts = [f"{sentence(label)}{unit}"]
    if table.misfit:
        parts.append(_misfit(table))
    if table.over is not None:
        parts.append(table.over)
    if flat := _columns(table, [how.without_spread for how in formats(table)]):
        parts.append(f"no ± where no interval has a width: {listing(flat)}")
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


def _misfit(table: SummaryTable) -> str:
    """What was to be in percent and is not."""
    misfits = _columns(table, table.misfits)
    if not misfits:
        return "shown as it is: `unit: percent` is for shares of one, and these are none"
    return f"as they are, since `unit: percent` is for shares of one: {listing(misfits)}"


def _columns(table: SummaryTable, chosen: Sequence[bool]) -> list[str]:
    """The names of some columns, of a table whose columns are told apart by their units."""
    if not table.column_units or table.columns is None:
        return []
    return [level_text(level) for level, one in zip(table.columns.levels, chosen, strict=True) if one]


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
