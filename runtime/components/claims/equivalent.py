"""equivalent: two levels of an axis score the same, up to a margin."""

from typing import Annotated, Any, Literal

from heldout.runtime.component import AxisName, LevelOf, MetricName, Where, component, smallest_p
from heldout.runtime.evidence.equivalence import equivalence
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.results import Results


@component
@smallest_p("equivalence")
def equivalent(
    results: Results,
    *,
    metric: Annotated[Any, MetricName()],
    axis: Annotated[str, AxisName()],
    level: Annotated[Any, LevelOf("axis")],
    reference: Annotated[Any, LevelOf("axis")],
    margin: float,
    pair: Annotated[list[str], AxisName()],
    cluster: Annotated[str | None, AxisName()] = None,
    where: Annotated[dict[str, Any], Where()] = {},  # noqa: B006 - read only
    statistic: Literal["mean", "median", "iqm"] = "mean",
    test: Literal["sign-flip", "t"] = "sign-flip",
    alpha: float = 0.05,
    missing: Literal["block", "drop", "against"] = "block",
) -> Outcome:
    """A metric at one level of an axis differs from that at another by less than a margin.

    Two one-sided tests of the paired differences (`heldout.runtime.evidence.equivalence`). That no difference
    was found is no evidence that there is none; this is. Pairs are made as `compare` makes them.

    Args:
        metric: what is compared.
        axis: along which it is compared.
        level: the level that is held against the reference.
        reference: the level that it is as good as.
        margin: the difference that is too small to matter, in the metric's unit; above zero.
        pair: the axes that the two cells of a pair share; every combination of their levels is one
            pair.
        cluster: the one of them whose levels are independent of each other, where the claim is to
            hold for levels never tried; without it every pair is taken to be independent.
        where: the part of the grid that the claim is about; axis -> level or list of levels.
        statistic: mean, median or interquartile mean of the differences.
        test: `sign-flip` assumes no distribution and needs units: n of them give no p-value below 2^-n;
            `t` takes the units' means to be normal and can decide with three.
        alpha: chance of a wrong verdict that is put up with, after Holm's correction.
        missing: `block` leaves the claim untested when any pair lacks a cell; `drop` goes on without;
            `against` counts each as far on the wrong side as the farthest one seen.

    Returns:
        supported where the difference lies within the margin, contradicted where it lies outside.

    Raises:
        ValueError: a margin that is not positive, or an axis or a level that the metric lacks.
    """
    grid = results.grid(metric, where)
    position = grid.axes[grid.dimension(axis)].index
    cells = grid.average_to([*pair, axis])
    first, second = position(level), position(reference)
    exists = cells.exists[..., first] | cells.exists[..., second]
    differences = cells.values[..., first] - cells.values[..., second]
    return equivalence(
        Observations.of(cells.axes[:-1], differences, exists, cluster),
        subject=f"{level_text(level)} minus {level_text(reference)}, {metric['metric']}",
        noun="paired differences",
        middle=0.0,
        margin=margin,
        cluster=cluster,
        statistic=statistic,
        test=test,
        alpha=alpha,
        missing=missing,
        oracle=bool(cells.oracle[..., [first, second]].any()),
    )
