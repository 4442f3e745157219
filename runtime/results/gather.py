"""Read the results of a study from the store, and the reasons of what is missing."""

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heldout.runtime.results.plan import ReportPlan, Stage, tests_of
from heldout.runtime.results.records import Records
from heldout.runtime.results.results import Lack, Missing, Reason, Results
from heldout.runtime.results.row_keys import STEP, along_of

_TYPES: dict[str, pa.DataType] = {
    "cell": pa.int64(),
    "metric": pa.string(),
    "value": pa.float64(),
    "step": pa.int64(),
    "group": pa.string(),
}
COLUMNS = pa.schema(_TYPES)


log = logging.getLogger("heldout.runtime.results.gather")

REASONS: tuple[Literal["failed", "blocked"], ...] = ("blocked", "failed")


class TableStore(Protocol):
    """What the report asks of the store."""

    def has(self, task: str) -> bool: ...

    def load(self, task: str, port: str, kind: str) -> Any: ...

    def record(self, task: str) -> Mapping[str, Any] | None: ...


class Trouble(NamedTuple):
    """Why a task has no result, and what was said."""

    stage: str
    coordinates: dict[str, Any]
    reason: Literal["failed", "blocked"]
    message: str


def read_troubles(done: Path) -> dict[str, Trouble]:
    """What the shards' done files say of tasks without results, by task.

    One that is damaged says nothing: the next run removes it, and its job runs again.
    """
    troubles: dict[str, Trouble] = {}
    for path in sorted(done.glob("*/*.json")):
        try:
            troubles |= dict(_troubles_of(json.loads(path.read_bytes())))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            log.warning("%s: it is damaged; what it says of failures counts as not said", path)
    return troubles


def _troubles_of(shard: dict[str, Any]) -> Iterator[tuple[str, Trouble]]:
    for reason in REASONS:
        for task in shard.get(reason, ()):
            said = ": ".join(part for part in (task.get("error"), task.get("message")) if part)
            yield task["task"], Trouble(shard["stage"], task.get("coordinates") or {}, reason, said)


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
            except (OSError, ValueError, KeyError) as error:  # a fault of the machine is none of these
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


def lacks_of(stage: Stage, store: TableStore, troubles: Mapping[str, Trouble]) -> dict[int, frozenset[Lack]]:
    """What the results of a stage were gathered without, by cell, where they lacked something."""
    by_task: dict[str, frozenset[Lack]] = {}
    for task in {task for task in stage.cells if task is not None}:
        lacking = (store.record(task) or {}).get("missing", ())
        by_task[task] = frozenset(
            Lack(one, troubles[one].reason if one in troubles else "not run") for one in lacking
        )
    return {cell: by_task[task] for cell, task in enumerate(stage.cells) if task and by_task[task]}


def metrics_of(plan: ReportPlan, tables: Mapping[tuple[str, str], pa.Table]) -> list[dict[str, Any]]:
    """The metrics that claims, tables and figures are about; all that there are where none is."""
    declared = [*(test["parameters"] for test in tests_of(plan.claims)), *plan.tables, *plan.figures]
    values = [value for one in declared for value in one.values()]
    values += [inner for value in values if isinstance(value, list) for inner in value]
    values += [line["of"] for figure in plan.figures for line in figure.get("lines") or ()]
    named = [one for one in values if isinstance(one, dict) and (one.get("stage"), one.get("port")) in tables]
    if not named:
        named = [
            {"stage": stage, "port": port, "metric": metric}
            for (stage, port), table in tables.items()
            for metric in pc.unique(table["metric"]).to_pylist()
        ]
    keys = [(one["stage"], one["port"], one.get("metric"), along_of(one)) for one in named]
    return list(dict(zip(keys, named, strict=True)).values())


def not_finite(results: Results, metric: Mapping[str, Any]) -> list[Missing]:
    """The cells, or groups of cells, in which a metric was computed and is NaN or infinite."""
    stage = results.stages[metric["stage"]]
    try:
        along, values, there = results.values_along(metric)
    except ValueError:  # too many values: the claim or table that reads them says so
        return []
    found: dict[tuple[Any, ...], Missing] = {}
    for cell, *at in np.argwhere(there & ~np.isfinite(values)).tolist():
        keys = {axis.name: axis.levels[place] for axis, place in zip(along, at, strict=True)}
        step = keys.pop(STEP, None)
        if (cell, *keys.values()) in found:
            continue
        said = f"{metric['metric']} is {'NaN' if np.isnan(values[cell, *at]) else 'infinite'}"
        said += ": it was not measured" if metric.get("measured") else ""
        said += "" if step is None else " at some steps"
        task, coordinates = stage.cells[cell] or "", coordinates_of(stage, cell) | keys
        found[cell, *keys.values()] = Missing(
            stage.name, coordinates, task, "not finite", said, metric["metric"]
        )
    return list(found.values())


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
    partial = {
        name: lacks for name, stage in plan.stages.items() if (lacks := lacks_of(stage, store, troubles))
    }
    results = Results(plan.axes, plan.stages, tables, (), partial, Records(store))
    no_numbers: dict[tuple[Any, ...], Missing] = {}
    for metric in metrics_of(plan, tables):
        for one in not_finite(results, metric):  # once, whether it is read at its end or along its steps
            no_numbers.setdefault((one.stage, one.metric, str(one.coordinates)), one)
    return replace(results, missing=(*missing, *no_numbers.values()))
