"""The first step at which a curve passes a level, by cell, and how far each curve was followed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc

from heldout.runtime.results.results import Grid, Results
from heldout.runtime.statistics.rounding import rounding


class FirstSteps(NamedTuple):
    """First passages of one level.

    Attributes:
        passed: the first recorded step at which the level is reached; infinite where it never is,
            NaN where the curve is missing.
        last: the last recorded step; NaN where the curve is missing.
    """

    passed: Grid
    last: Grid


def first_steps(
    results: Results,
    metric: Mapping[str, Any],
    level: float,
    rising: bool,
    where: Mapping[str, Any],
    whole: bool = False,
) -> FirstSteps:
    """Read the first passages off the recorded steps, without interpolating between them.

    Args:
        whole: take a curve that was gathered without some of its members for missing.

    Raises:
        ValueError: the metric has no steps, or lacks an axis or a level of `where`.
    """
    stage = results.stages[metric["stage"]]
    rows = results.rows(metric)
    rows = rows.filter(pc.is_null(rows["group"]))
    if len(rows) and rows["step"].null_count == len(rows):
        raise ValueError(f"{metric['metric']} of {metric['stage']} is no curve: its values have no step")
    rows = rows.filter(pc.is_valid(rows["step"]))
    cells, steps = rows["cell"].to_numpy(), rows["step"].to_numpy().astype(np.float64)
    values = rows["value"].to_numpy()
    last = np.full(len(stage.cells), -np.inf)
    np.maximum.at(last, cells, steps)
    tie = rounding(level)
    reached = values >= level - tie if rising else values <= level + tie  # NaN reaches nothing
    passed = np.full(len(stage.cells), np.inf)
    np.minimum.at(passed, cells[reached], steps[reached])
    absent = np.isinf(last)
    if whole:
        absent[list(results.partial.get(stage.name, ()))] = True
    last[absent] = passed[absent] = np.nan
    exists = np.array([task is not None for task in stage.cells]).reshape(stage.shape)
    oracle = results.oracle(stage.name)
    grids = (Grid(stage.axes, one.reshape(stage.shape), exists, oracle) for one in (passed, last))
    return FirstSteps(*(grid.where(where) for grid in grids))
