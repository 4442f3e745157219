"""threshold: a metric lies above, or below, a number."""

from typing import Annotated, Any, Literal

from heldout.runtime.component import AxisName, MetricName, Where, component, smallest_p
from heldout.runtime.evidence.decide import outcome
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@component
@smallest_p("sign-flip")
def threshold(
    results: Results,
    *,
    metric: Annotated[Any, MetricName()],
    above: float | None = None,
    below: float | None = None,
    pair: Annotated[list[str], AxisName()],
    cluster: Annotated[str | None, AxisName()] = None,
    where: Annotated[dict[str, Any], Where()] = {},  # noqa: B006 - read only
    statistic: Literal["mean", "median", "iqm"] = "mean",
    test: Literal["sign-flip", "t"] = "sign-flip",
    alpha: float = 0.05,
    sides: Literal["one", "two"] = "one",
    missing: Literal["block", "drop", "against"] = "block",
) -> Outcome:
    """A metric is greater, or smaller, than a given number.

    Each combination of the levels of `pair` is one value, held against the number; the distances
    are tested by flipping signs, which takes them to scatter symmetrically about their centre.
    Axes that are named neither in `pair` nor `where` are averaged over first.

    Args:
        metric: what is held against the number.
        above: the number that it exceeds.
        below: the number that it stays under; exactly one of the two is given.
        pair: the axes whose combinations of levels are the single values.
        cluster: the one of them whose levels are independent of each other, where the claim is to
            hold for levels never tried; without it every value is taken to be independent.
        where: the part of the grid that the claim is about; axis -> level or list of levels.
        statistic: mean, median or interquartile mean of the values.
        test: `sign-flip` assumes no distribution and needs units: n of them give no p-value below 2^-n;
            `t` takes the units' means to be normal and can decide with three.
        alpha: chance of a wrong verdict that is put up with, after Holm's correction.
        sides: `one` spends alpha on each of the two directions; `two` shares it between them.
        missing: `block` leaves the claim untested when any value is missing; `drop` goes on without;
            `against` counts each as far on the wrong side as the farthest one seen.

    Returns:
        supported where the metric lies on the claimed side, contradicted where on the other.

    Raises:
        ValueError: both or none of `above` and `below`; an axis or a level that the metric lacks.
    """
    if (above is None) == (below is None):
        raise ValueError(f"a threshold is above or below one number, got above={above} and below={below}")
    null, direction, word = (above, 1, "above") if above is not None else (below, -1, "below")
    assert null is not None
    cells = results.grid(metric, where).average_to(pair)
    return outcome(
        Observations.of(cells.axes, cells.values, cells.exists, cluster),
        subject=str(metric["metric"]),
        noun="values",
        null=null,
        null_words=f"{word} {plain(null)}",
        direction=direction,
        cluster=cluster,
        statistic=statistic,
        test=test,
        alpha=alpha,
        sides=sides,
        missing=missing,
        oracle=bool(cells.oracle.any()),
    )
