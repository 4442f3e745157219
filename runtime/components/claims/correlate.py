"""correlate: two metrics, or a metric and a numeric axis, go together over the levels of an axis."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from heldout.runtime.component import AxisName, MetricName, Where, component, smallest_p
from heldout.runtime.components.claims._side_by_side import side_by_side
from heldout.runtime.evidence.decide import outcome, untested
from heldout.runtime.evidence.observations import Evidence, Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.association import (
    correlations,
    fisher_interval,
    fisher_test,
    permute_levels,
    scored,
)
from heldout.runtime.statistics.centre import centre


@component
@smallest_p("permutation")
def correlate(
    results: Results,
    *,
    metric: Annotated[Any, MetricName()],
    against: Annotated[Any | None, MetricName()] = None,
    axis: Annotated[str, AxisName()],
    above: float | None = None,
    below: float | None = None,
    pair: Annotated[list[str], AxisName()] = [],  # noqa: B006 - read only
    cluster: Annotated[str | None, AxisName()] = None,
    where: Annotated[dict[str, Any], Where()] = {},  # noqa: B006 - read only
    coefficient: Literal["spearman", "pearson", "kendall"] = "spearman",
    statistic: Literal["mean", "median", "iqm"] = "mean",
    test: Literal["permutation", "fisher", "sign-flip", "t"] = "permutation",
    alpha: float = 0.05,
    sides: Literal["one", "two"] = "one",
    missing: Literal["block", "drop"] = "block",
) -> Outcome:
    """A metric correlates with another, or with the levels themselves, over the levels of an axis.

    Each combination of the levels of `pair` gives one correlation over the levels of `axis` (tasks,
    environments, sizes); the effect is their centre. Axes that are named neither in `pair`, `axis`
    nor `where` are averaged over first, and an axis of `pair` that `against` does not have gives
    it the same values everywhere.

    Two things can be claimed, and they have different units. About levels never tried, the levels
    are the units: `test: permutation` puts them in other orders, the same in every combination, and
    `fisher` does what it can about a threshold other than zero. About these very levels, where only
    training is random, the combinations are: `test: sign-flip` or `t`.

    Args:
        metric: what correlates.
        against: the metric that it correlates with; without it, the levels of `axis` themselves.
        axis: over whose levels.
        above: the correlation that is exceeded; 0 claims that it is positive.
        below: the correlation that it stays under; exactly one of the two is given.
        pair: the axes whose combinations of levels have a correlation each, such as seeds.
        cluster: with `sign-flip` and `t`, the axis of `pair` whose levels are independent of each other.
        where: the part of the grid that the claim is about; axis -> level or list of levels.
        coefficient: Spearman's of ranks, Pearson's of the numbers, or Kendall's tau-b.
        statistic: mean, median or interquartile mean of the correlations.
        test: `permutation` of the levels, against zero: n of them give no p-value below 1 / n!;
            `fisher`, against any number, takes the levels to be drawn from a bivariate normal;
            `sign-flip` and `t` test the correlations of the combinations, as in other claims.
        alpha: chance of a wrong verdict that is put up with, after Holm's correction.
        sides: `one` spends alpha on each of the two directions; `two` shares it between them.
        missing: `block` leaves the claim untested when any value is missing; `drop` goes on without the
            levels that lack one.

    Returns:
        supported where the correlation lies on the claimed side, contradicted where on the other.

    Raises:
        ValueError: both or none of `above` and `below`; a permutation test of another null than zero;
            levels that are no numbers, or an axis or a level that a metric lacks.
    """
    if (above is None) == (below is None):
        raise ValueError(f"a correlation is above or below one number, got above={above} and below={below}")
    null, direction, word = (above, 1, "above") if above is not None else (below, -1, "below")
    assert null is not None
    if test == "permutation" and null != 0:
        raise ValueError(f"a permutation test is against zero, not {plain(null)}: write `test: fisher`")
    if not -1 < null < 1:
        raise ValueError(f"a correlation is between -1 and 1, it cannot be {word} {plain(null)}")
    both = side_by_side(results, metric, against, axis, pair, where, ranked=coefficient != "pearson")
    x, y = scored(both.x, coefficient), scored(both.y, coefficient)
    observations = Observations.of(both.axes, both.spread_out(correlations(x, y)), both.exists, cluster)
    cause = both.cannot_test(missing) or observations.cannot_test("block")
    if cause:
        return replace(untested(cause, observations, alpha, both.oracle), missing=both.missing)
    num_levels = both.x.shape[1]
    over_levels = test in ("permutation", "fisher")
    evidence = None
    if over_levels:
        effect = float(centre(observations.values, statistic))
        evidence = Evidence(
            effect,
            fisher_interval(effect, num_levels, coefficient),
            permute_levels(x, y, statistic)
            if test == "permutation"
            else fisher_test(effect, null, num_levels, coefficient),
        )
    other = str(against["metric"]) if against is not None else axis
    found = outcome(
        observations,
        subject=f"{coefficient.capitalize()} correlation of {metric['metric']} with {other} over {num_levels}"
        f" levels of {axis}",
        noun="correlations",
        null=null,
        null_words=f"{word} {plain(null)}",
        direction=direction,
        cluster=axis if over_levels else cluster,
        statistic=statistic,
        test=None if over_levels else test,
        alpha=alpha,
        sides=sides,
        missing="block",
        oracle=both.oracle,
        evidence=evidence,
    )
    dropped = f" Left out, for a value is missing there: {'; '.join(both.missing)}." if both.missing else ""
    return replace(
        found,
        method=found.method + dropped,
        missing=both.missing,
        num_units=num_levels if over_levels else found.num_units,
    )
