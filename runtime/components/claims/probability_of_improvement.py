"""probability-of-improvement: a run at one level of an axis is most likely better than a run at another."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from heldout.runtime.claim import AxisName, Part, claim
from heldout.runtime.components.claims.contract import Along, Directed, Level
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.numbers import estimate
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.improvement import stratified_interval, wins


def _farthest(parameters: Mapping[str, Any]) -> float:
    """How far beyond the edge a probability can lie."""
    return 1 - float(parameters["above"])


@claim(decided_by=[replace(one, farthest=_farthest) for one in OVER_UNITS])
def probability_of_improvement(
    results: Results,
    *,
    axis: Along,
    greater: Level,
    less: Level,
    runs: Annotated[str, AxisName(), Part.COMPARED],
    above: Annotated[float, Part.ABOVE, Field(gt=0, lt=1)] = 0.5,
    design: Directed,
) -> Outcome:
    """A run at one level of an axis is better than a run at another, in most pairs, whatever by how much.

    Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
    (arXiv:2108.13264), section 4.3: on each task, which each combination of the levels of `pair` is, the
    share of pairs of runs in which the first is better, ties counted as half (Mann and Whitney's U); then
    the mean over tasks.
    Differs from the paper: tasks are the units of the test, so that it speaks of tasks like these. The
    paper's interval, which is about these very tasks and draws their runs again, is given beside it; of
    three runs, or of values that often tie, it holds the truth in 88 to 93 % in place of 95.

    Args:
        greater: the level with the greater values.
        less: the level with the smaller values; for a metric that is better when small, the better one.
        runs: the axis of the repeated runs, such as `seed`; run 0 of both levels is no pair.
        above: the probability that is exceeded; a half claims that the first is better more often than not.

    Returns:
        supported where the probability exceeds the number, contradicted where it falls short of it.

    Raises:
        ValueError: an axis or a level that the metric does not have.
    """
    grid = design.grid(results)
    position = grid.axes[grid.dimension(axis)].index
    cells = grid.average_to([*design.pair, axis, runs])
    sides = [position(greater), position(less)]
    first, second = (cells.values[..., side, :] for side in sides)
    in_study = cells.exists[..., sides, :]
    lost = (np.isnan(cells.values[..., sides, :]) & in_study).any(axis=(-2, -1))
    won = wins(first, second)
    there = np.isfinite(won)
    count = there.sum(axis=(-2, -1))
    share = np.divide(
        np.where(there, won, 0.0).sum(axis=(-2, -1)), count, where=count > 0, out=np.full(count.shape, np.nan)
    )
    if design.missing != "drop":
        share = np.where(lost, np.nan, share)
    found = design.outcome(
        design.observations(cells.axes[:-2], share, in_study.any(axis=(-2, -1))),
        subject=f"Probability that {level_text(greater)} is above {level_text(less)} in {design.metric_name}",
        noun="tasks",
        null=above,
        oracle=bool(cells.oracle[..., sides, :].any()),
        symmetric=above == 0.5,
    )
    if found.untested or not there.all():
        return found
    _, words = estimate(0.5, stratified_interval(won.reshape(-1, *won.shape[-2:])))
    drawn = f"Of these very tasks, their {runs}s drawn again (stratified bootstrap): {words}."
    return replace(found, method=f"{found.method} {drawn}")
