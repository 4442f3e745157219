"""All results of a study as one tidy table, the missing cells among them."""

from collections.abc import Set
from typing import Any

import numpy as np
import pyarrow as pa

from heldout.runtime.results.files import level_column
from heldout.runtime.results.results import Results

Port = tuple[str, str]  # a stage, and an output of it


def tidy_results(results: Results, measured: Set[Port] = frozenset()) -> pa.Table:
    """One row a value, then one a missing cell; without what was measured, which no other run has alike.

    Columns stage, port, the axes, metric, value, step, group, oracle and reason. An axis that a
    stage does not vary along is null there. A missing cell has a reason and no metric or value; a value
    that is NaN or infinite stands as it is.
    """
    parts = [_values(results, *port) for port in results.tables if port not in measured]
    parts.append(_missing(results))
    return pa.concat_tables(parts).combine_chunks()


def tidy_costs(results: Results, measured: Set[Port]) -> pa.Table:
    """What was measured, in the columns of `tidy_results`: what tasks cost, and what was computed of that."""
    parts = [_values(results, *port) for port in results.tables if port in measured]
    return pa.concat_tables(parts).combine_chunks()


def _values(results: Results, stage_name: str, port: str) -> pa.Table:
    stage, rows = results.stages[stage_name], results.tables[stage_name, port]
    cells = rows["cell"].to_numpy()
    number = len(cells)
    places = np.unravel_index(cells, stage.shape) if stage.axes else ()
    positions = {axis.name: at for axis, at in zip(stage.axes, places, strict=True)}
    columns: dict[str, Any] = {
        "stage": pa.array([stage_name] * number, pa.string()),
        "port": pa.array([port] * number, pa.string()),
    }
    for axis in results.axes.values():
        if axis.name in positions:
            columns[axis.column] = level_column(axis, positions[axis.name])
        else:
            columns[axis.column] = pa.nulls(number, axis.array().type)
    columns |= {name: rows[name] for name in ("metric", "value", "step", "group")}
    columns["oracle"] = pa.array(results.oracle(stage_name).reshape(-1)[cells])
    columns["reason"] = pa.nulls(number, pa.string())
    return pa.table(columns)


def _missing(results: Results) -> pa.Table:
    missing = [one for one in results.missing if results.stages[one.stage].tables and one.metric is None]
    number = len(missing)
    columns: dict[str, Any] = {
        "stage": pa.array([one.stage for one in missing], pa.string()),
        "port": pa.nulls(number, pa.string()),
    }
    for axis in results.axes.values():
        at = [
            axis.index(one.coordinates[axis.name]) if axis.name in one.coordinates else None
            for one in missing
        ]
        columns[axis.column] = level_column(axis, at)
    columns |= {
        "metric": pa.nulls(number, pa.string()),
        "value": pa.nulls(number, pa.float64()),
        "step": pa.nulls(number, pa.int64()),
        "group": pa.nulls(number, pa.string()),
        "oracle": pa.nulls(number, pa.bool_()),
        "reason": pa.array([one.reason for one in missing], pa.string()),
    }
    return pa.table(columns)
