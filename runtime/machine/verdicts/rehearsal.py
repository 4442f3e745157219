"""Results that were never measured: to try a claim on, before a study runs or in a simulation."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from heldout.runtime.results.gather import COLUMNS
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.plan import Stage
from heldout.runtime.results.results import Results


def rehearsed(stages: Mapping[str, Stage], values: Mapping[tuple[str, str, str], np.ndarray]) -> Results:
    """Results that hold the values given, and nothing else.

    Args:
        stages: by name, as the plan has them.
        values: by stage, port and metric, one number a cell, [num_cells], or one a cell and step,
            [num_cells, num_steps], the steps counted from 1. NaN and cells that the study has not
            are left out.
    """
    tables: dict[tuple[str, str], list[pa.Table]] = {}
    for (stage, port, metric), given in values.items():
        exists = np.array([task is not None for task in stages[stage].cells], dtype=bool)
        by_step = given if given.ndim == 2 else given[:, None]
        cells, steps = np.nonzero(np.isfinite(by_step) & exists[:, None])
        number = len(cells)
        columns = {
            "cell": pa.array(cells, pa.int64()),
            "metric": pa.array([metric] * number, pa.string()),
            "value": pa.array(by_step[cells, steps], pa.float64()),
            "step": pa.array(steps + 1, pa.int64()) if given.ndim == 2 else pa.nulls(number, pa.int64()),
            "group": pa.nulls(number, pa.string()),
        }
        tables.setdefault((stage, port), []).append(pa.table(columns, schema=COLUMNS))
    axes = {axis.name: axis for stage in stages.values() for axis in stage.axes}
    joined = {key: pa.concat_tables(parts) for key, parts in tables.items()}
    return Results(axes, dict(stages), joined, ())


def whole_stage(name: str, axes: tuple[Axis, ...], port: str = "table") -> Stage:
    """A stage that has every cell of its axes, and one table."""
    number = int(np.prod([len(axis.levels) for axis in axes], dtype=np.int64))
    cells = tuple(f"{name}-{cell}" for cell in range(number))
    return Stage(name, "none/none", axes, cells, number, {port: None}, (), ())
