"""regress: the line of a metric on another, over levels or points, has a slope, or a level lies off it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np

from heldout.runtime.claim import GIVEN, LEFT_OUT, FewestLevels, LevelOf, MetricName, Part, Refusal, claim
from heldout.runtime.components.claims.contract import (
    ONE_BOUND,
    Above,
    AlongEach,
    Alpha,
    Below,
    Centre,
    Cluster,
    KeptTo,
    Metric,
    Pair,
    Sides,
    TestOfUnits,
)
from heldout.runtime.evidence.decide import outcome, untested
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.evidence.side_by_side import SideBySide, side_by_side
from heldout.runtime.evidence.sides import side_text
from heldout.runtime.results.levels import coordinates_text
from heldout.runtime.results.names import metric_name
from heldout.runtime.results.numbers import fixed, plain
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.lines import (
    FEWEST_POINTS,
    Line,
    LineScale,
    lines,
    off_scale,
    on_scale,
    recurring,
)
from heldout.runtime.statistics.rounding import rounding

LEAST_RECURRING = 0.5  # of the variance of an instrument: below, the slope is found at random


@claim(
    decided_by=OVER_UNITS,
    levels=[
        FewestLevels("axis", FEWEST_POINTS, {"of": "slope"}),
        FewestLevels("axis", FEWEST_POINTS + 1, {"of": "residual"}),
    ],
    refused=[
        *ONE_BOUND,
        Refusal(
            {"of": {"const": "residual"}, "level": LEFT_OUT},
            "`of: residual` is of a level, and `{claim}` names none",
            "write `level: …`, the one that is held against the line of the others",
        ),
        Refusal(
            {"of": {"const": "slope"}, "level": GIVEN},
            "the slope of a line is of all levels, and `{claim}` names one",
            "leave `level` out, or write `of: residual`",
        ),
    ],
)
def regress(
    results: Results,
    *,
    metric: Metric,
    against: Annotated[Any, MetricName(), Part.AGAINST],
    axis: AlongEach,
    of: Literal["slope", "residual"] = "slope",
    level: Annotated[Any, LevelOf("axis", among_all=True)] = None,
    above: Above = None,
    below: Below = None,
    scale: LineScale = "value",
    line: Line = "instrumental",
    pair: Pair,
    cluster: Cluster = None,
    where: KeptTo = {},  # noqa: B006 - read only
    statistic: Centre = "mean",
    test: TestOfUnits = "sign-flip",
    alpha: Alpha = 0.05,
    sides: Sides = "one",
    missing: Annotated[Literal["block", "drop"], Part.MISSING] = "block",
) -> Outcome:
    """The line of a metric on another, over the levels of an axis, is steep enough, or a level lies above it.

    Each combination of the levels of `pair` gives one line over the levels of `axis`, or over the points of
    several axes. What is tested over these lines is their slope or, with `of: residual`, how far `level` lies
    above the line of the others: accuracy out of distribution on accuracy in distribution (Miller et al.
    2021, "Accuracy on the Line: On the Strong Correlation Between Out-of-Distribution and In-Distribution
    Generalization"), and effective robustness (Taori et al. 2020, "Measuring Robustness to Natural
    Distribution Shifts in Image Classification", section 2). Axes that are named neither in `pair`, `axis`
    nor `where` are averaged over first.
    Differs from the papers: the units are lines, one a run or held-out domain, and not the points of a line,
    so that it is claimed of these very levels; and by default a line is not one of least squares.

    Noise in `against` makes lines of least squares (`line: ols`) flatter, and noise that both metrics of a
    run share draws them towards a slope of its own. A verdict is then right of what was measured, and wrong
    of what would be measured without noise. Of 10 units with 6 levels, where a tenth of the variance over
    levels is noise, a slope of 1 is found below 1 in 0.25 of studies at 0.05; a level beyond the others and
    on their line above it in 0.15; and where noise is shared (correlation 0.8) a slope of 0 above 0 in 0.29.
    `line: instrumental` takes what `against` is at the same levels in the other units for an instrument, and
    errs in 0.03 to 0.07 of these, in 0.08 at most with four units or on probits. It needs noise that units do
    not share: that of one test set for all runs stays, and the claim is about its very examples.

    Args:
        metric: what is regressed, y.
        against: the metric that it is regressed on, x.
        axis: over whose levels; of several axes, over all combinations that the study has.
        of: the `slope` of the lines, or the `residual` of a level: the metric less what the line of the other
            levels has there, in the metric's own unit.
        level: the one whose residual it is. Of several axes it is a cell, such as `{method: coral}`, whose
            points are all left out of the line, and whose residuals are averaged.
        scale: of both metrics in the line: their own values, `logit` or `probit` of shares, or natural
            logarithms.
        line: `instrumental`; `ols`, least squares; or `theil-sen`, the median of the slopes of all pairs of
            points, which bears points that lie far off and is made flatter by noise as `ols` is.
        missing: `block` leaves the claim untested when any value is missing, or a member of what it was
            gathered from; `drop` goes on without the levels that lack a value.

    Returns:
        supported where the slope or residual lies on the claimed side, contradicted where on the other;
        untested where a value has no place on the scale, as 1 has no logit, where `against` is the same at
        all levels of a line, where fewer than three are on it, and where an instrument has less than half of
        the variance of `against` over levels in common with it.

    Raises:
        ValueError: both or none of `above` and `below`, a residual without a level or a slope with one, or an
            axis or a level that a metric lacks.
    """
    if (above is None) == (below is None):
        raise ValueError(f"a line is above or below one number, got above={above} and below={below}")
    if (of == "residual") == (level is None):
        raise ValueError(f"a residual is of a level and a slope of none, got `of: {of}` and {level!r}")
    direction: Literal[1, -1] = 1 if above is not None else -1
    null = above if above is not None else below
    assert null is not None
    both = side_by_side(results, metric, against, axis, pair, where, False, missing == "block")
    at = points_at(both, level)
    x, y = on_scale(both.x, scale), on_scale(both.y, scale)
    found, terms = np.full(len(x), np.nan), both.y
    names = metric_name(metric), metric_name(against)
    unit = Observations.of(both.axes, both.spread_out(np.zeros(len(x))), both.exists, cluster).unit
    cause = cannot_draw(both, at, x, y, scale, names, missing)
    if not cause and of == "residual" and not at.any():
        cause = f"there is no value at {side_text(level)}"
    share = recurring(x[:, ~at], unit) if not cause and len(np.unique(unit)) > 1 else None
    if not cause and line == "instrumental":
        cause = no_instrument(share, names[1])
    if not cause:
        slopes, heights = lines(x[:, ~at], y[:, ~at], line, unit)
        found, terms = slopes, y[:, ~at] / np.ptp(x[:, ~at], axis=1, keepdims=True)
        if of == "residual":
            on_line = off_scale(heights[:, None] + slopes[:, None] * x[:, at], scale)
            found, terms = (both.y[:, at] - on_line).mean(axis=1), np.append(both.y[:, at], on_line)
    observations = Observations.of(both.axes, both.spread_out(found), both.exists, cluster, terms)
    cause = cause or observations.cannot_test("block")
    if cause:
        return replace(untested(cause, observations, alpha, both.oracle), missing=both.missing)
    over = axis if isinstance(axis, str) else " by ".join(axis)
    told = f"{names[0]} on {names[1]} over {int((~at).sum())} {both.noun} of {over}"
    told += "" if scale == "value" else f" ({scale}s of both)" if scale != "log" else " (logarithms of both)"
    result = outcome(
        observations,
        subject=f"Slope of {told}" if of == "slope" else f"{side_text(level)} above the line of {told}",
        noun=f"{of}s",
        null=null,
        null_words=f"{'above' if direction > 0 else 'below'} {plain(null) if null else 'zero'}",
        direction=direction,
        cluster=cluster,
        statistic=statistic,
        test=test,
        alpha=alpha,
        sides=sides,
        missing="block",
        oracle=both.oracle,
        percent=of == "residual" and metric.get("unit") == "percent",
        symmetric=False,
    )
    dropped = f" Left out, for a value is missing there: {'; '.join(both.missing)}." if both.missing else ""
    same = bool((np.ptp(x, axis=0) <= rounding(x)).all())
    said = noise_words(line, of, null, None if same else share, names[1])
    return replace(result, method=f"{result.method} {said}{dropped}", missing=both.missing)


def points_at(both: SideBySide, level: Any) -> np.ndarray:
    """Which points have a level, or that of each axis which a cell names, [num_points]; none without one.

    Raises:
        ValueError: a level that its axis lacks, a cell that names another axis, or a level of several axes.
    """
    at = np.zeros(len(both.places), dtype=bool)
    if level is None:
        return at
    names = [axis.name for axis in both.along]
    if not isinstance(level, Mapping) and len(names) > 1:
        raise ValueError(f"a point of {' and '.join(names)} is named by a cell, not by {level!r}")
    cell = level if isinstance(level, Mapping) else {names[0]: level}
    if not cell or not set(cell) <= set(names):
        raise ValueError(f"{side_text(level)} is no cell of {' and '.join(names)}")
    columns = [names.index(name) for name in cell]
    wanted = [both.along[column].index(one) for column, one in zip(columns, cell.values(), strict=True)]
    same: np.ndarray = (both.places[:, columns] == wanted).all(axis=1)
    return same


def cannot_draw(
    both: SideBySide,
    at: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    scale: LineScale,
    names: Sequence[str],
    missing: Literal["block", "drop"],
) -> str:
    """Why there are no lines; empty where there are.

    Args:
        at: the points that are left out of them.
        x, y: both sides on the scale of the lines.
        names: of both metrics, y first.
    """
    if both.missing and missing == "block":
        return both.cannot_test(missing)
    off = ((names[0], both.y, y, ~at), (names[1], both.x, x, np.ones_like(at)))
    for name, values, placed, needed in off:
        wrong = np.argwhere(~np.isfinite(placed) & needed)
        if len(wrong):
            line, point = wrong[0].tolist()
            where = coordinates_text(both.along, both.places[point].tolist())
            what = "logarithm" if scale == "log" else scale
            return f"{name} is {plain(float(values[line, point]))} at {where}, which has no {what}"
    num_points = int((~at).sum())
    if num_points < FEWEST_POINTS:
        return f"a line needs {FEWEST_POINTS} {both.noun}, and {num_points} have a value"
    if any(np.ptp(one) <= rounding(one) for one in x[:, ~at]):
        return f"{names[1]} is the same at all {both.noun} of a line, which has no slope then"
    return ""


def no_instrument(share: float | None, name: str) -> str:
    """Why the other units are no instrument; empty where they are."""
    if share is None:
        return "one unit has no other for an instrument: write `line: ols`"
    if share >= LEAST_RECURRING:
        return ""
    return (
        f"{fixed(max(share, 0.0), 2)} of the variance of {name} recurs in other units, and less than"
        f" {plain(LEAST_RECURRING)} is no instrument: average over more runs, or write `line: ols`"
    )


def noise_words(
    line: Line, of: Literal["slope", "residual"], null: float, share: float | None, name: str
) -> str:
    """What noise in x does to what was found, in a sentence or two."""
    if share is None:
        return f"Noise in {name} makes lines flatter, and one that is the same in all units does not show it."
    recurs = f"Of the variance of {name} in a line {fixed(min(share, 1.0), 2)} recurs in other units"
    if line == "instrumental":
        return f"{recurs}, the instruments of this one: noise that units do not share makes no line flatter."
    flatter = f"{recurs}. As far as the rest is noise, it makes lines of {line} flatter, by up to that factor"
    if of == "residual":
        return f"{flatter}, and a level far from the others may lie off them by that alone."
    if null == 0:
        return f"{flatter}, and of no other sign, unless by noise that both metrics share."
    return f"{flatter}, by which alone a slope may be found nearer to zero than {plain(null)}."
