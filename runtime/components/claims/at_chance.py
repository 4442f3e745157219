"""at-chance: a metric is no better, and no worse, than guessing."""

from typing import Annotated, Any, Literal

from heldout.runtime.component import AxisName, MetricName, Where, component, smallest_p
from heldout.runtime.evidence.equivalence import equivalence
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@component
@smallest_p("equivalence")
def at_chance(
    results: Results,
    *,
    metric: Annotated[Any, MetricName()],
    chance: float,
    margin: float,
    pair: Annotated[list[str], AxisName()],
    cluster: Annotated[str | None, AxisName()] = None,
    where: Annotated[dict[str, Any], Where()] = {},  # noqa: B006 - read only
    statistic: Literal["mean", "median", "iqm"] = "mean",
    test: Literal["sign-flip", "t"] = "sign-flip",
    alpha: float = 0.05,
    missing: Literal["block", "drop", "against"] = "block",
) -> Outcome:
    """A metric lies at the level of chance, within a margin on either side.

    Two one-sided tests (`heldout.runtime.evidence.equivalence`) of the values less `chance`. Below chance is
    not at chance: a model that is wrong in a system has learned something. Axes that are named
    neither in `pair` nor `where` are averaged over first.

    Args:
        metric: what is held against chance.
        chance: what guessing scores: 0.1 for the accuracy over ten classes of equal size.
        margin: the distance from chance that is too small to matter, in the metric's unit; above zero.
        pair: the axes whose combinations of levels are the single values.
        cluster: the one of them whose levels are independent of each other, where the claim is to
            hold for levels never tried; without it every value is taken to be independent.
        where: the part of the grid that the claim is about; axis -> level or list of levels.
        statistic: mean, median or interquartile mean of the values.
        test: `sign-flip` assumes no distribution and needs units: n of them give no p-value below 2^-n;
            `t` takes the units' means to be normal and can decide with three.
        alpha: chance of a wrong verdict that is put up with, after Holm's correction.
        missing: `block` leaves the claim untested when any value is missing; `drop` goes on without;
            `against` counts each as far on the wrong side as the farthest one seen.

    Returns:
        supported where the metric lies within the margin of chance, contradicted where outside.

    Raises:
        ValueError: a margin that is not positive, or an axis or a level that the metric lacks.
    """
    cells = results.grid(metric, where).average_to(pair)
    return equivalence(
        Observations.of(cells.axes, cells.values, cells.exists, cluster),
        subject=f"{metric['metric']}, where chance is {plain(chance)}",
        noun="values",
        middle=chance,
        margin=margin,
        cluster=cluster,
        statistic=statistic,
        test=test,
        alpha=alpha,
        missing=missing,
        oracle=bool(cells.oracle.any()),
    )
