"""What came of a study as values, for other programs: its verdicts, and the numbers of its tables."""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from heldout.runtime.machine.report.clusters import with_clusters
from heldout.runtime.machine.report.declared import make_all
from heldout.runtime.machine.report.defaults import default_tables
from heldout.runtime.machine.report.formats import Format, formats
from heldout.runtime.machine.report.metric_columns import table_of
from heldout.runtime.machine.report.metrics import metric_label, sentence
from heldout.runtime.machine.report.table_view import note
from heldout.runtime.machine.report.tables import Cell, SummaryTable
from heldout.runtime.machine.report.units import with_units
from heldout.runtime.machine.verdicts.companion import Companion, LeftOut
from heldout.runtime.machine.verdicts.verdicts import Verdict, judge
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.plan import ReportPlan
from heldout.runtime.results.results import Results

# The numbers that a verdict rests on, as many as there are results; and a model that it does not rest on.
BEHIND = ("observations", "missing", "companion")


def summary(plan: ReportPlan, results: Results) -> dict[str, Any]:
    """The verdicts and tables of a report, and in words which tables could not be made."""
    plan = with_units(plan, results)
    declared = with_clusters(plan.tables or default_tables(plan), plan.claims)
    made, problems = make_all(table_of, declared, results, "table")
    verdicts = judge(plan.claims, results)
    return {
        "verdicts": [_without_what_is_behind(verdict) for verdict in verdicts],
        "tables": [table_values(table) for table in made],
        "problems": problems,
    }


def verdict_values(verdict: Verdict) -> dict[str, Any]:
    """A verdict with all that it rests on."""
    outcome = asdict(replace(verdict.outcome, ends=None, parts=()))
    del outcome["ends"], outcome["parts"], outcome["edge"]  # words for the page
    outcome["observations"] = [one._asdict() for one in verdict.outcome.observations]
    return {
        "id": verdict.id,
        "says": verdict.says,
        "kind": verdict.kind,
        "verdict": verdict.word.value,
        "p_claimed_adjusted": verdict.p_claimed,
        "p_opposite_adjusted": verdict.p_opposite,
        "num_claims": verdict.num_claims,
        "level_claimed": verdict.level_claimed,
        "level_opposite": verdict.level_opposite,
        "interval_adjusted": [end if math.isfinite(end) else None for end in verdict.interval]
        if verdict.interval is not None
        else None,
        **outcome,
        **({"measured": True} if verdict.measured else {}),
        **_companion_values(verdict.companion),
        **({"parts": [verdict_values(part) for part in verdict.parts]} if verdict.parts else {}),
    }


def _companion_values(found: Companion | LeftOut | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {"companion": {"left_out": found.reason} if isinstance(found, LeftOut) else asdict(found)}


def _without_what_is_behind(verdict: Verdict) -> dict[str, Any]:
    found = {name: value for name, value in verdict_values(verdict).items() if name not in BEHIND}
    return found | ({"parts": [*map(_without_what_is_behind, verdict.parts)]} if verdict.parts else {})


def table_values(table: SummaryTable) -> dict[str, Any]:
    """A table's numbers in the metric's own unit, and how they are shown.

    Returns:
        `axes`: what each is called, blocks first, then rows, then columns; `columns`: the name of the last
        of them where it runs from left to right; `unit` and `decimals` of what is shown, by `by_column` for
        each level of that where they differ; `cells`, each at its levels as texts. The average over columns
        has no level there.
    """
    shown = formats(table)
    axes = [axis for axis in (table.by, *table.rows, table.columns) if axis is not None]
    return {
        "id": table.id,
        "title": table.title or sentence(metric_label(table.metric)),
        "note": note(table),
        "axes": {axis.name: axis.label for axis in axes},
        "columns": table.columns.name if table.columns is not None else None,
        "unit": table.unit,
        "decimals": max(how.decimals for how in shown),
        **_by_column(table, shown),
        "cells": [
            {"at": at, **_cell_values(cell), **({"measured": True} if table.is_measured(column) else {})}
            for block in table.blocks
            for row in block.rows
            for column, (at, cell) in enumerate(
                zip(
                    _places(table, block.position, row.positions, len(row.all_cells)),
                    row.all_cells,
                    strict=True,
                )
            )
        ],
    }


def _by_column(table: SummaryTable, shown: Sequence[Format]) -> dict[str, Any]:
    """How each column is shown, where columns differ in that."""
    if not table.column_units or table.columns is None:
        return {}
    return {
        "by_column": {
            level_text(level): {
                "unit": how.unit,
                "decimals": how.decimals,
                **({"without_spread": True} if how.without_spread else {}),
            }
            for level, how in zip(table.columns.levels, shown, strict=True)
        }
    }


def _places(
    table: SummaryTable, block: int | None, row: Sequence[int], num_cells: int
) -> list[list[str | None]]:
    """The levels of each cell of a row, as texts."""
    fixed: list[str | None] = [level_text(a.levels[at]) for a, at in zip(table.rows, row, strict=True)]
    if table.by is not None and block is not None:
        fixed.insert(0, level_text(table.by.levels[block]))
    if table.columns is None:
        return [fixed]
    levels = [level_text(level) for level in table.columns.levels]
    return [[*fixed, levels[at] if at < len(levels) else None] for at in range(num_cells)]


def _cell_values(cell: Cell) -> dict[str, Any]:
    return {
        "mean": cell.mean if math.isfinite(cell.mean) else None,
        "half_width": cell.half_width if math.isfinite(cell.half_width) else None,
        "runs": cell.num_runs,
        "missing": cell.num_missing,
        "oracle": cell.oracle,
        "best": cell.best,
    }
