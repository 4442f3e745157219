"""highest: a metric is greater at one level of an axis than at each of several others."""

from typing import Annotated, Any, Literal

from heldout.runtime.component import AxisName, LevelOf, MetricName, Where, component, smallest_p
from heldout.runtime.components.claims.compare import compare
from heldout.runtime.evidence.all_of import weakest_of
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.results import Results


@component
@smallest_p("sign-flip")
def highest(
    results: Results,
    *,
    metric: Annotated[Any, MetricName()],
    axis: Annotated[str, AxisName()],
    level: Annotated[Any, LevelOf("axis")],
    than: Annotated[list[Any], LevelOf("axis")],
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
    """A metric is greater at one level than at each of some others: a method beats all its baselines.

    The level is compared with each of the others, as the claim type `compare` does. The claim holds
    only if every comparison does (`heldout.runtime.evidence.all_of`), so that it costs no more of alpha than
    one comparison; the effect is that of the weakest.

    Args:
        metric: what is compared.
        axis: along which it is compared.
        level: the one with the greatest value.
        than: the others.
        pair: the axes that two compared cells share; every combination of their levels is one pair.
        cluster: the one of them whose levels are independent of each other, where the claim is to
            hold for levels never tried; without it every pair is taken to be independent.
        where: the part of the grid that the claim is about; axis -> level or list of levels.
        statistic: mean, median or interquartile mean of the differences.
        test: `sign-flip` assumes no distribution and needs units: n of them give no p-value below 2^-n;
            `t` takes the units' means to be normal and can decide with three.
        margin: the difference that every comparison must exceed, in the metric's unit.
        alpha: chance of a wrong verdict that is put up with, after Holm's correction.
        sides: `one` spends alpha on each of the two directions; `two` shares it between them.
        missing: `block` leaves the claim untested when any pair lacks a cell; `drop` goes on without;
            `against` counts each as far on the wrong side as the farthest one seen.

    Returns:
        supported where every difference exceeds the margin, contradicted where one falls short of it.

    Raises:
        ValueError: no other level, the level itself among the others, or an axis or a level that the
            metric does not have.
    """
    if not than or level in than:
        others = ", ".join(map(level_text, than)) or "none"
        raise ValueError(f"`than` must name other levels than {level_text(level)}, got {others}")
    comparisons = [
        compare(
            results,
            metric=metric,
            axis=axis,
            greater=level,
            less=other,
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
        for other in than
    ]
    return weakest_of(
        comparisons,
        f"levels that {level_text(level)} is compared with are lower",
        "Every comparison is tested; the claim is as certain as its least certain one.",
    )
