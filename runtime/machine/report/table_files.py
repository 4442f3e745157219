"""A summary table as tidy columns and as LaTeX."""

import math
import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from heldout.runtime.machine.report.formats import Format, column_names, formats
from heldout.runtime.machine.report.metrics import metric_label
from heldout.runtime.machine.report.tables import Cell, Row, SummaryTable
from heldout.runtime.results.files import level_column
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.text import one_line

LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def tidy(table: SummaryTable) -> pa.Table:
    """One row a cell, in the metric's own unit: axes, average, mean, half_width, runs, missing, oracle, best.

    A table of another `statistic` has the column `median` or `iqm` in the place of `mean`. The average over
    columns has no level there and `average` true. An axis that is called like one of
    these columns has the column `axis_NAME`.
    """
    records: list[tuple[int | None, Row, int | None, Cell]] = [
        (block.position, row, column if column < len(row.cells) else None, cell)
        for block in table.blocks
        for row in block.rows
        for column, cell in enumerate(row.all_cells)
    ]
    columns: dict[str, pa.Array[Any]] = {}
    if table.by is not None:
        columns[table.by.column] = level_column(table.by, [at for at, *_ in records])
    for number, axis in enumerate(table.rows):
        columns[axis.column] = level_column(axis, [row.positions[number] for _, row, _, _ in records])
    if table.columns is not None:
        columns[table.columns.column] = level_column(table.columns, [column for _, _, column, _ in records])
    cells = [cell for *_, cell in records]
    columns["average"] = pa.array([table.columns is not None and at is None for _, _, at, _ in records])
    columns[table.statistic] = pa.array([_or_null(cell.mean) for cell in cells], pa.float64())
    columns["half_width"] = pa.array([_or_null(cell.half_width) for cell in cells], pa.float64())
    columns["runs"] = pa.array([cell.num_runs for cell in cells], pa.int64())
    columns["missing"] = pa.array([cell.num_missing for cell in cells], pa.int64())
    columns["oracle"] = pa.array([cell.oracle for cell in cells])
    columns["best"] = pa.array([cell.best for cell in cells])
    return pa.table(columns)


def _or_null(value: float) -> float | None:
    return value if math.isfinite(value) else None


def latex_text(text: str) -> str:
    """Text that LaTeX prints as it stands, on one line."""
    return re.sub(r"[\\&%$#_{}~^<>]", lambda found: LATEX_SPECIAL[found[0]], one_line(text))


def latex(table: SummaryTable) -> str:
    """The table for a paper: booktabs, best in bold, oracle rows with a dagger."""
    headings = [latex_text(axis.label) for axis in table.rows]
    if table.columns is not None:
        headings += map(latex_text, column_names(table))
        headings += ["Avg"] if table.has_average else []
    else:
        headings.append(latex_text(metric_label(table.metric)))
    lines = [
        rf"\begin{{tabular}}{{{'l' * len(table.rows)}{'c' * (len(headings) - len(table.rows))}}}",
        r"\toprule",
        latex_row(headings),
    ]
    shown = formats(table)
    for block in table.blocks:
        lines.append(r"\midrule")
        if table.by is not None and block.position is not None:
            name = latex_text(f"{table.by.label}: {level_text(table.by.levels[block.position])}")
            lines.append(rf"\multicolumn{{{len(headings)}}}{{l}}{{\emph{{{name}}}}} \\")
        for row in block.rows:
            names = [
                latex_text(level_text(axis.levels[at]))
                for axis, at in zip(table.rows, row.positions, strict=True)
            ]
            if row.oracle:
                names[-1] += r"$^\dagger$"
            cells = [
                latex_cell(cell, how, dagger=cell.oracle and not row.oracle)
                for cell, how in zip(row.all_cells, shown, strict=True)
            ]
            lines.append(latex_row(names + cells))
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def latex_row(cells: Sequence[str]) -> str:
    """A line of a table: one that begins with `[` or `*` would be read as an option of the line before."""
    line = " & ".join(cells) + r" \\"
    return f"{{}}{line}" if line.startswith(("[", "*")) else line


def latex_cell(cell: Cell, how: Format, dagger: bool) -> str:
    """`$0.81 \\pm 0.02$`, in bold where it is the best."""
    if not cell.num_runs:
        return "--"
    mean = f"{cell.mean * how.scale:.{how.decimals}f}"
    mean = rf"\mathbf{{{mean}}}" if cell.best else mean
    mean += r"^\dagger" if dagger else ""
    if not how.shows_spread(cell):
        return f"${mean}$"
    return rf"${mean} \pm {cell.half_width * how.scale:.{how.decimals}f}$"
