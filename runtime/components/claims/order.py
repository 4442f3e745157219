"""order: a metric rises at every step through a list of levels."""

from itertools import pairwise
from typing import Annotated, Any, Literal

from heldout.runtime.component import AxisName, LevelOf, MetricName, Where, component, smallest_p
from heldout.runtime.components.claims.compare import compare
from heldout.runtime.evidence.all_of import weakest_of
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.results import Results


@component
@smallest_p("sign-flip")
def order(
    results: Results,
    *,
    metric: Annotated[Any, MetricName()],
    axis: Annotated[str, AxisName()],
    levels: Annotated[list[Any], LevelOf("axis")],
    pair: Annotated[list[str], AxisName()],
    cluster: Annotated[str | None, AxisName()] = None,
    where: Annotated[dict[str, Any], Where()] = {},  # noqa: B006 - read only
    statistic: Literal["mean", "median", "iqm"] = "mean",
    test: Literal["sign-flip", "t"] = "sign-flip",
    margin: float = 0.0,
    alpha: float = 0.05,
    sides: Literal["one", "two"] = "one",
    missing: Literal["block", "drop", "against"] = "block",
) -> Outcome:
    """A metric is in this order: smallest at the first level, greatest at the last.

    Each level is compared with the one before it, as the claim type `compare` does.
    The order holds only if every step does (`heldout.runtime.evidence.all_of`); the effect is that of the
    weakest step.

    Args:
        metric: what is in order.
        axis: whose levels are put in order.
        levels: from the smallest value to the greatest.
        pair: the axes that two compared cells share; every combination of their levels is one pair.
        cluster: the one of them whose levels are independent of each other, where the claim is to
            hold for levels never tried; without it every pair is taken to be independent.
        where: the part of the grid that the claim is about; axis -> level or list of levels.
        statistic: mean, median or interquartile mean of the differences.
        test: `sign-flip` assumes no distribution and needs units: n of them give no p-value below 2^-n;
            `t` takes the units' means to be normal and can decide with three.
        margin: the difference that every step must exceed, in the metric's unit.
        alpha: chance of a wrong verdict that is put up with, after Holm's correction.
        sides: `one` spends alpha on each of the two directions; `two` shares it between them.
        missing: `block` leaves the claim untested when any pair lacks a cell; `drop` goes on without;
            `against` counts each as far on the wrong side as the farthest one seen.

    Returns:
        supported where every step exceeds the margin, contradicted where one falls short of it.

    Raises:
        ValueError: fewer than two levels, or an axis or a level that the metric does not have.
    """
    if len(levels) < 2:
        raise ValueError(f"an order needs two levels, got {len(levels)}")
    steps = [
        compare(
            results,
            metric=metric,
            axis=axis,
            greater=upper,
            less=lower,
            pair=pair,
            cluster=cluster,
            where=where,
            statistic=statistic,
            test=test,
            margin=margin,
            alpha=alpha,
            sides=sides,
            missing=missing,
        )
        for lower, upper in pairwise(levels)
    ]
    return weakest_of(
        steps,
        f"steps of {' < '.join(level_text(level) for level in levels)} go up",
        "Every step is tested; the order is as certain as its least certain step.",
    )
