"""Read the results of a study from the store, and the reasons of what is missing."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heldout.runtime.results.plan import ReportPlan, Stage
from heldout.runtime.results.results import Missing, Reason, Results

_TYPES: dict[str, pa.DataType] = {
    "cell": pa.int64(),
    "metric": pa.string(),
    "value": pa.float64(),
    "step": pa.int64(),
    "group": pa.string(),
}
COLUMNS = pa.schema(_TYPES)


REASONS: tuple[Literal["failed", "blocked"], ...] = ("blocked", "failed")


class TableStore(Protocol):
    """What the report asks of the store."""

    def has(self, task: str) -> bool: ...

    def load(self, task: str, port: str, kind: str) -> Any: ...


class Trouble(NamedTuple):
    """Why a task has no result, and what was said."""

    stage: str
    coordinates: dict[str, Any]
    reason: Literal["failed", "blocked"]
    message: str


def read_troubles(done: Path) -> dict[str, Trouble]:
    """What the shards' done files say of tasks without results, by task.

    Raises:
        ValueError: a done file is no JSON.
    """
    troubles: dict[str, Trouble] = {}
    for path in sorted(done.glob("*/*.json")):
        try:
            shard = json.loads(path.read_text())
        except ValueError as error:
            raise ValueError(f"the done file {path} is no JSON: {error}") from error
        for reason in REASONS:
            for task in shard.get(reason, ()):
                said = ": ".join(part for part in (task.get("error"), task.get("message")) if part)
                troubles[task["task"]] = Trouble(shard["stage"], task.get("coordinates") or {}, reason, said)
    return troubles


def cell_rows(cells: Iterable[int], table: pa.Table) -> list[pa.Table]:
    """A Table's rows once for every cell that shares the task."""
    rows = len(table)
    columns = {
        name: table[name].cast(COLUMNS.field(name).type)
        if name in table.column_names
        else pa.nulls(rows, COLUMNS.field(name).type)
        for name in COLUMNS.names[1:]
    }
    return [
        pa.table({"cell": pa.array([cell] * rows, pa.int64()), **columns}, schema=COLUMNS) for cell in cells
    ]


def gather_stage(
    stage: Stage, store: TableStore, troubles: dict[str, Trouble]
) -> tuple[dict[tuple[str, str], pa.Table], list[Missing]]:
    """The tables of one stage by port, and its missing cells."""
    cells_of: dict[str, list[int]] = {}
    for cell, task in enumerate(stage.cells):
        if task is not None:
            cells_of.setdefault(task, []).append(cell)
    parts: dict[str, list[pa.Table]] = {port: [] for port in stage.tables}
    missing: list[tuple[int, Missing]] = []
    for task, cells in cells_of.items():
        lost: tuple[Reason, str] | None = None
        if store.has(task):
            try:
                tables = {port: store.load(task, port, "Table").rows for port in stage.tables}
            except (OSError, ValueError, KeyError) as error:
                lost = ("unreadable", str(error))
        else:
            trouble = troubles.get(task)
            lost = (trouble.reason, trouble.message) if trouble else ("not run", "")
        if lost:
            missing += [
                (cell, Missing(stage.name, coordinates_of(stage, cell), task, *lost)) for cell in cells
            ]
            continue
        for port, table in tables.items():
            parts[port] += cell_rows(cells, table)
    tables_by_port = {(stage.name, port): join(found) for port, found in parts.items()}
    return tables_by_port, [one for _, one in sorted(missing, key=lambda pair: pair[0])]


def coordinates_of(stage: Stage, cell: int) -> dict[str, Any]:
    """The levels of a cell, by axis."""
    positions = np.unravel_index(cell, stage.shape)
    return {axis.name: axis.levels[int(at)] for axis, at in zip(stage.axes, positions, strict=True)}


def join(parts: list[pa.Table]) -> pa.Table:
    """The rows of all cells, in the order of cells; a Table's own order within one."""
    if not parts:
        return COLUMNS.empty_table()
    table = pa.concat_tables(parts).combine_chunks()
    return table.take(pc.sort_indices(table, sort_keys=[("cell", "ascending")]))


def gather(plan: ReportPlan, store: TableStore, done: Path) -> Results:
    """The results of every stage of the plan."""
    troubles = read_troubles(done)
    tables: dict[tuple[str, str], pa.Table] = {}
    missing: list[Missing] = []
    for stage in plan.stages.values():
        found, lacking = gather_stage(stage, store, troubles)
        tables |= found
        missing += lacking
        if not stage.cells:  # its tasks are known by their troubles alone
            missing += [
                Missing(stage.name, trouble.coordinates, task, trouble.reason, trouble.message)
                for task, trouble in troubles.items()
                if trouble.stage == stage.name and not store.has(task)
            ]
    return Results(plan.axes, plan.stages, tables, tuple(missing))
