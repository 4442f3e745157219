"""steps-to: one level of an axis reaches a level of a curve sooner than another."""

from dataclasses import replace

import numpy as np

from heldout.runtime.claim import claim
from heldout.runtime.components.claims._first_step import first_steps
from heldout.runtime.components.claims.contract import Along, Directed, Level, Margin
from heldout.runtime.evidence.cut_short import beyond, whatever_lies_beyond
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@claim(decided_by=OVER_UNITS)
def steps_to(
    results: Results,
    *,
    level: float,
    rising: bool = True,
    axis: Along,
    sooner: Level,
    later: Level,
    margin: Margin = 0.0,
    design: Directed,
) -> Outcome:
    """A curve passes a level in fewer steps at one level of an axis than at another.

    A curve that has not passed when it ends is censored: it would pass later, or never. Royston &
    Parmar 2013, "Restricted mean survival time" (BMC Medical Research Methodology 13:152): both sides
    are restricted to the horizon up to which every censored curve was followed, and a curve that has
    not passed by then counts as having taken the whole horizon. Differs from the paper: paired
    differences in place of two survival curves. What was won beyond the horizon is not counted, so
    censored curves make the effect smaller and never larger; two curves that both never pass are tied.
    With a margin above zero the claim is contradicted only if it is as well where differences that
    censoring cuts short lie beyond the margin, no farther from it than the farthest one seen, and with
    one below zero supported. A curve is taken to pass at the first recorded step at which it is there,
    even if it falls back later. Axes that are named neither in `pair`, `axis` nor `where` are averaged
    over first, within each side of a pair.

    Args:
        metric: a curve, with a value at each of several steps.
        level: the value that is to be passed.
        rising: whether the curve passes upwards, as an accuracy does, or downwards, as a loss.
        axis: along which the curves are compared.
        sooner: the level that takes fewer steps.
        later: the level that takes more.
        margin: the steps that must be won.

    Returns:
        supported where more than the margin is won, contradicted where less.

    Raises:
        ValueError: the metric has no steps, or lacks an axis or a level.
    """
    passed, last = first_steps(results, design.metric, level, rising, design.where, design.whole)
    along = passed.dimension(axis)
    arms = [passed.axes[along].index(one) for one in (sooner, later)]
    passed, last = passed.take(axis, arms), last.take(axis, arms)
    horizon = horizon_of(passed.values, last.values)
    censored = np.where(np.isnan(passed.values), np.nan, passed.values > horizon)
    cells, cut = (
        replace(passed, values=values).average_to([*design.pair, axis])
        for values in (np.minimum(passed.values, horizon), censored)
    )

    def tested(differences: np.ndarray) -> Outcome:
        return design.outcome(
            design.observations(cells.axes[:-1], differences, cells.exists.any(axis=-1), cells.values),
            subject=f"steps that {level_text(sooner)} reaches {design.metric_name} {plain(level)} sooner than"
            f" {level_text(later)}, within the first {plain(horizon)}",
            noun="paired differences",
            null=margin,
            oracle=bool(cells.oracle.any()),
        )

    differences = cells.values[..., 1] - cells.values[..., 0]
    found = tested(differences)
    # Of a difference against a margin, the side that may have taken longer than was seen.
    farther = cut.values[..., 1 if margin > 0 else 0] > 0
    if margin and not found.untested and (farther & np.isfinite(differences)).any():
        found = whatever_lies_beyond(found, tested(beyond(differences, farther, margin)), margin > 0)
    by_arm = np.moveaxis(passed.values > horizon, along, 0).reshape(2, -1).sum(axis=1)  # NaN is not above
    curves = np.moveaxis(np.isfinite(last.values), along, 0).reshape(2, -1).sum(axis=1)
    told = " and ".join(
        f"{by_arm[i]} of {curves[i]} curves of {level_text(arm)}" for i, arm in enumerate((sooner, later))
    )
    return found if found.untested else replace(found, finding=f"{found.finding} Not passed by then: {told}.")


def horizon_of(passed: np.ndarray, last: np.ndarray) -> float:
    """The step up to which it is known of every curve whether it had passed; 0 without curves."""
    censored = last[np.isinf(passed)]
    followed = last[np.isfinite(last)]
    if len(censored):
        return float(censored.min())
    return float(followed.max()) if len(followed) else 0.0
