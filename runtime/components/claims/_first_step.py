"""The first step at which a curve passes a level, by cell, and how far each curve was followed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from heldout.runtime.results.results import Grid, Results
from heldout.runtime.results.row_keys import STEP, along_of
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
    results.grid(metric)  # it has values of whole cells, or of the groups that are asked for
    keys = [key for key in along_of(metric) if key != STEP]
    (*groups, by_step), values, there = results.values_along({**metric, "along": [*keys, STEP]})
    if not there.any() and len(results.rows(metric)):
        raise ValueError(f"{metric['metric']} of {metric['stage']} is no curve: its values have no step")
    steps = np.array(by_step.levels, dtype=np.float64)
    tie = rounding(level)
    reached = there & (values >= level - tie if rising else values <= level + tie)  # NaN reaches nothing
    passed = np.where(reached, steps, np.inf).min(axis=-1, initial=np.inf)
    last = np.where(there, steps, -np.inf).max(axis=-1, initial=-np.inf)
    absent = np.isinf(last)
    if whole:
        absent[list(results.partial.get(stage.name, ()))] = True
    last[absent] = passed[absent] = np.nan
    grids = (results.framed(stage, groups, one, np.asarray(there.any(axis=-1))) for one in (passed, last))
    return FirstSteps(*(grid.where(where) for grid in grids))
