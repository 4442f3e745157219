"""trend: a metric rises, or falls, along an axis."""

from typing import Annotated, Any, Literal

import numpy as np

from heldout.runtime.component import AxisName, MetricName, Where, component, smallest_p
from heldout.runtime.evidence.decide import outcome
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@component
@smallest_p("sign-flip")
def trend(
    results: Results,
    *,
    metric: Annotated[Any, MetricName()],
    axis: Annotated[str, AxisName()],
    direction: Literal["increasing", "decreasing"],
    pair: Annotated[list[str], AxisName()],
    cluster: Annotated[str | None, AxisName()] = None,
    where: Annotated[dict[str, Any], Where()] = {},  # noqa: B006 - read only
    scale: Literal["value", "log", "rank"] = "value",
    statistic: Literal["mean", "median", "iqm"] = "mean",
    test: Literal["sign-flip", "t"] = "sign-flip",
    margin: float = 0.0,
    alpha: float = 0.05,
    sides: Literal["one", "two"] = "one",
    missing: Literal["block", "drop", "against"] = "block",
) -> Outcome:
    """A metric increases, or decreases, along an axis.

    Each combination of the levels of `pair` gives one least-squares slope over all levels of the
    axis; the slopes are tested by flipping signs. A slope says that the metric rises on the whole;
    that it rises at every step is the claim type `order`. Axes that are named neither in `pair`,
    `axis` nor `where` are averaged over first.

    Args:
        metric: what rises or falls.
        axis: along which; its levels in the study's order.
        direction: increasing or decreasing.
        pair: the axes whose combinations of levels have a slope each.
        cluster: the one of them whose levels are independent of each other, where the claim is to
            hold for levels never tried; without it every slope is taken to be independent.
        where: the part of the grid that the claim is about; axis -> level or list of levels.
        scale: the levels' own numbers, their natural logarithms, or their ranks 0, 1, 2, …
        statistic: mean, median or interquartile mean of the slopes.
        test: `sign-flip` assumes no distribution and needs units: n of them give no p-value below 2^-n;
            `t` takes the units' means to be normal and can decide with three.
        margin: the steepness that must be exceeded, in the metric's unit per unit of the scale.
        alpha: chance of a wrong verdict that is put up with, after Holm's correction.
        sides: `one` spends alpha on each of the two directions; `two` shares it between them.
        missing: `block` leaves the claim untested when any slope lacks a cell; `drop` goes on without;
            `against` counts each as far on the wrong side as the farthest one seen.

    Returns:
        supported where the slope is steeper than the margin in the claimed direction, contradicted
        where it is not.

    Raises:
        ValueError: fewer than two levels, levels that the scale cannot place, or an axis or a level
            that the metric lacks.
    """
    cells = results.grid(metric, where).average_to([*pair, axis])
    along = places(cells.axes[-1], scale)
    exists = cells.exists.any(axis=-1)
    sign = 1 if direction == "increasing" else -1
    unit = {"value": axis, "log": f"log {axis}", "rank": f"level of {axis}"}[scale]
    return outcome(
        Observations.of(cells.axes[:-1], slopes(along, cells.values), exists, cluster),
        subject=f"change of {metric['metric']} per unit of {unit}",
        noun="slopes",
        null=sign * margin,
        null_words=("above " if sign > 0 else "below ") + (plain(sign * margin) if margin else "zero"),
        direction=sign,
        cluster=cluster,
        statistic=statistic,
        test=test,
        alpha=alpha,
        sides=sides,
        missing=missing,
        oracle=bool(cells.oracle.any()),
    )


def places(axis: Axis, scale: str) -> np.ndarray:
    """Where the levels stand, [num_levels]."""
    if len(axis.levels) < 2:
        raise ValueError(f"a trend along {axis.name!r} needs two levels, it has {len(axis.levels)}")
    if scale == "rank":
        return np.arange(len(axis.levels), dtype=np.float64)
    if not axis.numeric:
        raise ValueError(f"the levels of {axis.name!r} are no numbers: write `scale: rank`")
    along = np.array(axis.levels, dtype=np.float64)
    if scale == "log":
        if along.min() <= 0:
            raise ValueError(
                f"the levels of {axis.name!r} have no logarithm: the smallest is {along.min():g}"
            )
        return np.log(along)
    return along


def slopes(along: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Least-squares slopes over the last dimension; NaN where any value is.

    Args:
        along: [num_levels].
        values: [..., num_levels].
    """
    centred = along - along.mean()
    return values @ centred / (centred @ centred)
