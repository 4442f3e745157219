"""interaction: a difference between two levels is larger in one place than in another."""

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
def interaction(
    results: Results,
    *,
    metric: Annotated[Any, MetricName()],
    axis: Annotated[str, AxisName()],
    greater: Annotated[Any, LevelOf("axis")],
    less: Annotated[Any, LevelOf("axis")],
    by: Annotated[str, AxisName()],
    larger: Annotated[Any, LevelOf("by")],
    smaller: Annotated[Any, LevelOf("by")],
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
    """The gain from one level of an axis to another is larger at one level of a second axis.

    The effect is a difference of differences: `greater` minus `less` at `larger`, less the same at
    `smaller`. Each combination of the levels of `pair` gives one, from four cells. It is no ratio:
    where the metric saturates, a gain near its end is smaller for that reason alone.

    Args:
        metric: what is compared.
        axis: along which the gain is measured.
        greater: the level with the greater value.
        less: the level with the smaller value.
        by: along which the gain changes.
        larger: the level of `by` at which the gain is larger.
        smaller: the level of `by` at which it is smaller.
        pair: the axes that the four cells share; every combination of their levels is one observation.
        cluster: the one of them whose levels are independent of each other, where the claim is to
            hold for levels never tried; without it every observation is taken to be independent.
        where: the part of the grid that the claim is about; axis -> level or list of levels.
        statistic: mean, median or interquartile mean of the differences of differences.
        test: `sign-flip` assumes no distribution and needs units: n of them give no p-value below 2^-n;
            `t` takes the units' means to be normal and can decide with three.
        margin: what must be exceeded, in the metric's unit.
        alpha: chance of a wrong verdict that is put up with, after Holm's correction.
        sides: `one` spends alpha on each of the two directions; `two` shares it between them.
        missing: `block` leaves the claim untested when any of the cells is missing; `drop` goes on without;
            `against` counts each as far on the wrong side as the farthest one seen.

    Returns:
        supported where the gain is larger by more than the margin, contradicted where it is not.

    Raises:
        ValueError: an axis or a level that the metric does not have.
    """
    grid = results.grid(metric, where)
    rows = [grid.axes[grid.dimension(axis)].index(level) for level in (greater, less)]
    columns = [grid.axes[grid.dimension(by)].index(level) for level in (larger, smaller)]
    cells = grid.average_to([*pair, axis, by])
    exists = cells.exists[..., rows, :][..., columns]
    gains = cells.values[..., rows[0], :] - cells.values[..., rows[1], :]
    gain = f"{level_text(greater)} minus {level_text(less)}"
    places = f"{by} {level_text(larger)} than at {level_text(smaller)}"
    return outcome(
        Observations.of(
            cells.axes[:-2],
            gains[..., columns[0]] - gains[..., columns[1]],
            exists.any(axis=(-2, -1)),
            cluster,
        ),
        subject=f"{gain}, how much larger at {places}, {metric['metric']}",
        noun="differences of differences",
        null=margin,
        null_words=f"above {plain(margin)}" if margin else "above zero",
        direction=1,
        cluster=cluster,
        statistic=statistic,
        test=test,
        alpha=alpha,
        sides=sides,
        missing=missing,
        oracle=bool(cells.oracle[..., rows, :][..., columns].any()),
    )
