"""compare: one level of an axis scores higher than another."""

from typing import Annotated, Any, Literal

from heldout.runtime.component import AxisName, LevelOf, MetricName, Where, component, smallest_p
from heldout.runtime.evidence.decide import outcome
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@component
@smallest_p("sign-flip")
def compare(
    results: Results,
    *,
    metric: Annotated[Any, MetricName()],
    axis: Annotated[str, AxisName()],
    greater: Annotated[Any, LevelOf("axis")],
    less: Annotated[Any, LevelOf("axis")],
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
    """A metric is greater at one level of an axis than at another, by more than a margin.

    Each pair is two cells that share every level of `pair`; the effect is the centre of their
    differences, tested by flipping signs unless `test` says otherwise
    (`heldout.runtime.statistics.sign_flip` says what is exchangeable).
    Axes that are named neither in `pair`, `axis` nor `where` are averaged over first, within
    each side of a pair.

    Args:
        metric: what is compared.
        axis: along which it is compared.
        greater: the level with the greater value.
        less: the level with the smaller value; for a metric that is better when small, the better one.
        pair: the axes that the two cells of a pair share; every combination of their levels is one
            pair.
        cluster: the one of them whose levels are independent of each other, where the claim is to
            hold for levels never tried (held-out domains, seeds); without it every pair is taken to be
            independent, and the claim is about the levels that were tried.
        where: the part of the grid that the claim is about; axis -> level or list of levels.
        statistic: mean, median or interquartile mean of the differences.
        test: `sign-flip` assumes no distribution and needs units: n of them give no p-value below 2^-n;
            `t` takes the units' means to be normal and can decide with three.
        margin: the difference that must be exceeded, in the metric's unit.
        alpha: chance of a wrong verdict that is put up with, after Holm's correction.
        sides: `one` spends alpha on each of the two directions; `two` shares it between them.
        missing: `block` leaves the claim untested when any pair lacks a cell; `drop` goes on without;
            `against` counts each as far on the wrong side as the farthest one seen.

    Returns:
        supported where the effect exceeds the margin, contradicted where it falls short of it.

    Raises:
        ValueError: an axis or a level that the metric does not have.
    """
    grid = results.grid(metric, where)
    position = grid.axes[grid.dimension(axis)].index
    cells = grid.average_to([*pair, axis])
    first, second = position(greater), position(less)
    exists = cells.exists[..., first] | cells.exists[..., second]
    differences = cells.values[..., first] - cells.values[..., second]
    return outcome(
        Observations.of(cells.axes[:-1], differences, exists, cluster),
        subject=f"{level_text(greater)} minus {level_text(less)}, {metric['metric']}",
        noun="paired differences",
        null=margin,
        null_words=f"above {plain(margin)}" if margin else "above zero",
        direction=1,
        cluster=cluster,
        statistic=statistic,
        test=test,
        alpha=alpha,
        sides=sides,
        missing=missing,
        oracle=bool(cells.oracle[..., [first, second]].any()),
    )
