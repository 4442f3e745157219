"""correlate: two metrics, or a metric and a numeric axis, go together over the levels of an axis or more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal, get_args

import numpy as np

from heldout.runtime.claim import (
    GIVEN,
    LEFT_OUT,
    Detectable,
    FewestLevels,
    MetricName,
    Part,
    Reach,
    Refusal,
    Sought,
    claim,
)
from heldout.runtime.components.claims.contract import (
    ONE_BOUND,
    Above,
    AlongEach,
    Alpha,
    Below,
    By,
    Centre,
    Cluster,
    KeptTo,
    Metric,
    Pair,
    Sides,
)
from heldout.runtime.evidence.decide import outcome, untested
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.evidence.side_by_side import side_by_side
from heldout.runtime.evidence.weigh import Evidence
from heldout.runtime.results.level_fields import field_name
from heldout.runtime.results.names import metric_name
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.association import (
    Coefficient,
    correlations,
    fisher_ends,
    fisher_test,
    permute_blocks,
    permute_levels,
    scored,
    smallest_fisher_p,
    smallest_permutation_p,
    smallest_studentized_p,
)
from heldout.runtime.statistics.centre import centre
from heldout.runtime.statistics.detectable import detectable_correlation
from heldout.runtime.statistics.jackknife import (
    jackknife,
    jackknife_ends,
    jackknife_test,
    smallest_jackknife_p,
)

PERMUTED = ("permutation", "studentized")
OVER_UNITS_OF_PAIR = ("sign-flip", "t")
SEVERAL = {"type": "array"}


def _detectable(sought: Sought, parameters: Mapping[str, Any]) -> float | None:
    null, direction = (
        (parameters["above"], 1) if parameters.get("above") is not None else (parameters["below"], -1)
    )
    coefficient = parameters["coefficient"]
    return detectable_correlation(sought.num_units, sought.alpha, null, direction, coefficient, sought.power)


def _over_levels(
    smallest_p: Callable[[int], float],
    permutes: bool = False,
    detectable: Detectable | None = None,
    **when: str | None,
) -> Reach:
    return Reach(
        smallest_p, over="axis", when=when, permutes=permutes, measure="correlation", detectable=detectable
    )


@claim(
    decided_by=[
        _over_levels(
            smallest_permutation_p, permutes=True, detectable=_detectable, test="permutation", cluster=None
        ),
        _over_levels(smallest_permutation_p, permutes=True, test="permutation"),
        _over_levels(smallest_studentized_p, permutes=True, test="studentized"),
        *(
            _over_levels(partial(smallest_jackknife_p, coefficient=one), test="jackknife", coefficient=one)
            for one in get_args(Coefficient)
        ),
        *(
            _over_levels(
                partial(smallest_fisher_p, coefficient=one),
                detectable=_detectable,
                test="fisher",
                coefficient=one,
            )
            for one in get_args(Coefficient)
        ),
        *OVER_UNITS,
    ],
    levels=[FewestLevels("axis", 2, {"against": None, "coefficient": "pearson"}, "numbers")],
    refused=[
        *ONE_BOUND,
        Refusal(
            {"against": GIVEN, "by": GIVEN},
            "a metric correlates with another one or with a field of levels, and `{claim}` names both",
            "leave `against` or `by` out",
        ),
        Refusal(
            {"axis": SEVERAL, "against": LEFT_OUT},
            "the points of several axes have no number of their own to correlate with",
            "name another metric in `against`, or one axis",
        ),
        Refusal(
            {"axis": SEVERAL, "cluster": GIVEN, "test": {"enum": ["studentized", "fisher"]}},
            "`test: {test}` takes all points to be independent, and `{claim}` names a cluster of them",
            "write `test: jackknife` or `test: permutation`",
        ),
        *(
            Refusal(
                {"test": {"enum": list(PERMUTED)}, bound: {"type": "number", "not": {"const": 0}}},
                f"a permutation test is against zero, not {{{bound}}}",
                "write `test: jackknife`",
            )
            for bound in ("above", "below")
        ),
    ],
)
def correlate(
    results: Results,
    *,
    metric: Metric,
    against: Annotated[Any | None, MetricName(), Part.AGAINST] = None,
    axis: AlongEach,
    by: By = None,
    above: Above = None,
    below: Below = None,
    pair: Pair = [],  # noqa: B006 - read only
    cluster: Cluster = None,
    where: KeptTo = {},  # noqa: B006 - read only
    coefficient: Coefficient = "spearman",
    statistic: Centre = "mean",
    test: Literal["permutation", "studentized", "jackknife", "fisher", "sign-flip", "t"] = "permutation",
    alpha: Alpha = 0.05,
    sides: Sides = "one",
    missing: Annotated[Literal["block", "drop"], Part.MISSING] = "block",
) -> Outcome:
    """A metric correlates with another, or with the levels themselves, over the levels of an axis.

    Each combination of the levels of `pair` gives one correlation over the levels of `axis` (tasks,
    environments, sizes); the effect is their centre. Axes that are named neither in `pair`, `axis`
    nor `where` are averaged over first, and an axis of `pair` that `against` does not have gives
    it the same values everywhere.

    Over several axes, as in `axis: [method, rate]`, each combination of their levels that the study has
    is a point, and the correlation is over all points. The points of one method are not independent of
    each other: where `cluster` names one of these axes, its levels are the units. A permutation then
    exchanges what the metric is at all points of one level with what it is at those of another, place by
    place, for which levels must have the same places; so what rates do to both metrics alike is no
    evidence for it. The jackknife leaves a level out with all of its points. Without `cluster` every
    point is a unit: of 6 methods that differ as much as rates within them, 6 rates each, 0.12 to 0.13
    of correlations that are none are then supported at 0.05.

    Two things can be claimed, and they have different units. About levels never tried, the levels
    are the units: `test: permutation` puts them in other orders, the same in every combination, and
    `jackknife` and `fisher` can test against a number other than zero. But for `fisher` the interval is
    that of the jackknife, at the same level, also where a permutation decides, with which it need not
    agree. About these very levels, where only training is random, the combinations are the units:
    `test: sign-flip` or `t`.

    Args:
        metric: what correlates.
        against: the metric that it correlates with; without it, the levels of `axis` themselves.
        axis: over whose levels; of several axes, over all combinations.
        above: the correlation that is exceeded; 0 claims that it is positive.
        pair: the axes whose combinations of levels have a correlation each, such as seeds.
        cluster: the axis whose levels are independent of each other: with `sign-flip` and `t` one of
            `pair`, else one of several in `axis`.
        coefficient: Spearman's of ranks, Pearson's of the numbers, or Kendall's tau-b.
        test: `permutation` of the levels, against independence: n of them give no p-value below 1 / n!;
            `studentized`, the same against a correlation of zero, for eight levels and more; `jackknife`,
            against any number, leaves out each level in turn, of four and more, or eight and more for a
            correlation of ranks (and of up to ten is too sure against 0.8 and more); `fisher`, against
            any number and for one combination, takes the levels to be drawn from a bivariate normal;
            `sign-flip` and `t` test the correlations of the combinations, as in other claims.
        missing: `block` leaves the claim untested when any value is missing, or a member of what it was
            gathered from; `drop` goes on without the levels that lack a value.

    Returns:
        supported where the correlation lies on the claimed side, contradicted where on the other.

    Raises:
        ValueError: both or none of `above` and `below`; a permutation test of another null than zero;
            levels that are no numbers, or an axis or a level that a metric lacks; points of several axes
            without another metric, or a test that takes points to be independent which are not.
    """
    if (above is None) == (below is None):
        raise ValueError(f"a correlation is above or below one number, got above={above} and below={below}")
    direction: Literal[1, -1] = 1 if above is not None else -1
    null, word = (above, "above") if above is not None else (below, "below")
    assert null is not None
    if test in PERMUTED and null != 0:
        raise ValueError(f"a permutation test is against zero, not {plain(null)}: write `test: jackknife`")
    if not -1 < null < 1:
        raise ValueError(f"a correlation is between -1 and 1, it cannot be {word} {plain(null)}")
    ranked, whole = coefficient != "pearson", missing == "block"
    both = side_by_side(results, metric, against, axis, pair, where, ranked, whole, by)
    x, y = scored(both.x, coefficient), scored(both.y, coefficient)
    over_levels = test not in OVER_UNITS_OF_PAIR
    grouped = cluster if over_levels and not isinstance(axis, str) else None
    if grouped is not None and (grouped not in axis or test in ("studentized", "fisher")):
        raise ValueError(
            f"`test: {test}` has no use for the cluster {grouped!r} of points of {words_of(axis)}"
        )
    observations = Observations.of(
        both.axes, both.spread_out(correlations(x, y)), both.exists, None if grouped is not None else cluster
    )
    cause = both.cannot_test(missing) or observations.cannot_test("block")
    blocks = both.blocks(grouped) if grouped is not None and not cause else None
    if grouped is not None and test == "permutation" and blocks is None and not cause:
        cause = f"levels of {grouped} do not have the same points, so that no two can change places"
    if cause:
        return replace(untested(cause, observations, alpha, both.oracle), missing=both.missing)
    unit = both.unit(grouped) if grouped is not None else None
    num_levels = both.x.shape[1]
    num_units = num_levels if unit is None else len(np.unique(unit))
    evidence = None
    if over_levels:
        effect = float(centre(observations.values, statistic))
        left_out = jackknife(both.x, both.y, coefficient, statistic, unit)
        ends = jackknife_ends(left_out)
        if test == "fisher":
            tested = fisher_test(effect, null, num_levels, coefficient)
            ends = fisher_ends(effect, num_levels, coefficient)
        elif test == "jackknife":
            tested = jackknife_test(left_out, null)
        elif blocks is not None:
            tested = permute_blocks(x, y, statistic, blocks)
        else:
            tested = permute_levels(x, y, statistic, studentized=test == "studentized")
        interval_by = "the jackknife over the levels" if test in PERMUTED else ""
        evidence = Evidence(effect, tested, ends, interval_by=interval_by)
    other = metric_name(against) if against is not None else words_of(axis) if by is None else field_name(by)
    found = outcome(
        observations,
        subject=f"{coefficient.capitalize()} correlation of {metric_name(metric)} with {other}"
        f" over {num_levels} {both.noun} of {words_of(axis)}",
        noun="correlations",
        null=null,
        null_words=f"{word} {plain(null)}",
        direction=direction,
        cluster=(grouped or words_of(axis)) if over_levels else cluster,
        statistic=statistic,
        test=test if test == "sign-flip" or test == "t" else None,
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
        num_units=num_units if over_levels else found.num_units,
    )


def words_of(axis: str | Sequence[str]) -> str:
    """The axes that correlations are over, in words."""
    return axis if isinstance(axis, str) else " by ".join(axis)
