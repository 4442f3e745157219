"""Tables of several metrics, one a column: base, novel and their mean; quality and cost."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from heldout.runtime.machine.report.series import METRIC, joint_metric, series_names
from heldout.runtime.machine.report.tables import Block, Cell, Row, SummaryTable, summary_table
from heldout.runtime.machine.report.units import OWN
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.numbers import listing
from heldout.runtime.results.results import Results

ABSENT = Cell(float("nan"), float("nan"), 0, 0, oracle=False)


def table_of(declared: Mapping[str, Any], results: Results) -> SummaryTable:
    """The numbers of one declared table, of one metric or of several.

    Several have a column each: the best of a column is that of its own metric, and there is no average over
    them. Where they are of different names or units, and not all in percent, each column has its own unit.

    Raises:
        ValueError: an axis, level or metric that the results do not have.
    """
    metrics = declared["value"]
    if isinstance(metrics, Mapping):
        return summary_table(declared, results)
    tables = [
        summary_table({**declared, **own, "value": one, "columns": None}, results)
        for one, own in zip(metrics, declared.get(OWN) or [{}] * len(metrics), strict=True)
    ]
    first = tables[0]
    if any((table.rows, table.by) != (first.rows, first.by) for table in tables):
        raise ValueError(f"{listing(series_names(metrics))} differ in their steps or groups")
    names, units = series_names(metrics), tuple(table.unit for table in tables)
    scales = {(str(metric["metric"]), unit) for metric, unit in zip(metrics, units, strict=True)}
    in_percent = set(units) == {"percent"}
    alike = len({table.over for table in tables}) == 1
    return replace(
        first,
        metric=joint_metric(metrics),
        unit="percent" if in_percent else None,
        column_units=units if len(scales) > 1 and not in_percent else (),
        misfits=tuple(table.misfits[0] for table in tables),
        columns=Axis(METRIC, names),
        units=first.units if alike else None,
        said=None if alike else _each_over(dict(zip(names, tables, strict=True))),
        descending=tuple(table.descending[0] for table in tables),
        measured=tuple(table.measured[0] for table in tables),
        blocks=tuple(
            Block(blocks[0].position, _rows([block.rows for block in blocks]))
            for blocks in zip(*(table.blocks for table in tables), strict=True)
        ),
    )


def _each_over(tables: Mapping[str, SummaryTable]) -> str:
    """What the intervals of each metric are over, in words."""
    return "; ".join(f"{name}: {table.over or 'single values'}" for name, table in tables.items())


def _rows(columns: list[tuple[Row, ...]]) -> tuple[Row, ...]:
    """Rows of one cell each, put side by side; a metric that has no such row has no numbers there."""
    cells = [{row.positions: row.cells[0] for row in rows} for rows in columns]
    positions = sorted(set().union(*cells))
    return tuple(Row(at, tuple(column.get(at, ABSENT) for column in cells), None) for at in positions)
