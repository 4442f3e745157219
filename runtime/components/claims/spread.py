"""spread: runs scatter more at one level of an axis than at another."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from heldout.runtime.claim import AxisName, FewestLevels, Part, Reach, Refusal, Sought, claim
from heldout.runtime.components.claims._deviating_runs import deviating_runs
from heldout.runtime.components.claims.contract import Across, Directed, Level
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import RELATIVE, SMALLEST_P
from heldout.runtime.evidence.sides import side_text, sides
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.rounding import rounding
from heldout.runtime.statistics.scatter import (
    Scatter,
    detectable_factor,
    deviations,
    scatter_of,
    smallest_exchange_p,
)


def _factor(sought: Sought, parameters: Mapping[str, Any]) -> float | None:
    found = detectable_factor(sought.num_units, sought.alpha, parameters["test"], sought.power)
    return None if found is None else found * (1 + float(parameters.get("margin") or 0.0))


def _of_runs(smallest_p: Callable[[int], float], **when: str | list[str]) -> Reach:
    of_these: dict[str, str | list[str] | None] = {"units": "runs", **when}
    return Reach(smallest_p, over="over", when=of_these, counts=True, measure="factor", detectable=_factor)


@claim(
    decided_by=[
        _of_runs(smallest_exchange_p, test="sign-flip", pair=[]),
        *(_of_runs(smallest, test=test) for test, smallest in SMALLEST_P.items()),
        *RELATIVE,
    ],
    levels=[FewestLevels("over", 3)],
    refused=[
        Refusal(
            {"margin": {"maximum": -1}},
            "nothing scatters less than by a share of -1 of another, and `margin` is {margin}",
            "write 0.5 for half as much again",
        ),
        Refusal(
            {"units": {"const": "runs"}, "scatter": {"not": {"const": "mean-deviation"}}},
            "single runs have deviations and no {scatter}",
            "write `units: settings`, or leave `scatter` out",
        ),
        Refusal(
            {"units": {"const": "runs"}, "cluster": {"not": {"type": "null"}}},
            "with `units: runs`, the units of `{claim}` are the levels of `{over}`, and not of `{cluster}`",
            "write `units: settings`, or leave `cluster` out",
        ),
        Refusal(
            {"units": {"const": "runs"}, "statistic": {"not": {"const": "mean"}}},
            "the deviations of runs are averaged, and `statistic` is {statistic}",
            "leave `statistic` out",
        ),
    ],
)
def spread(
    results: Results,
    *,
    axis: Across = None,
    wider: Level,
    narrower: Level,
    over: Annotated[
        str,
        AxisName(),
        Part.COMPARED,
        Field(description="the axis of the runs that scatter, such as `seed`."),
    ],
    units: Annotated[
        Literal["runs", "settings"],
        Field(
            description="whose chance the claim is about: `runs` of these very settings, or other `settings` "
            "like them, which the combinations of `pair`, or the levels of `cluster`, are."
        ),
    ] = "runs",
    scatter: Annotated[
        Scatter,
        Field(
            description="the mean absolute deviation from the median, the standard deviation, or the range "
            "of the quartiles; the last two with `units: settings`."
        ),
    ] = "mean-deviation",
    margin: Annotated[
        float,
        Field(gt=-1, description="by which it must exceed the other, as a share of it: 1 is twice as much."),
    ] = 0.0,
    design: Directed,
) -> Outcome:
    """A metric varies more over repeated runs at one level than at another.

    With `units: runs` each run's absolute deviation from the median of its side is held against that of the
    same run on the other: Brown & Forsythe 1974, "Robust Tests for the Equality of Variances" (Journal of the
    American Statistical Association 69), between pairs, as Grambsch 1994, "Simple Robust Tests for Scale
    Differences in Paired Data" (Biometrika 81). Under the null the two may swap, in all settings at once, or
    their differences have a t test; settings, the combinations of `pair`, weigh alike, whatever their scale.
    The effect is the factor at which both sides would deviate alike, less one.
    Differs from the papers: against any factor, by exchange within pairs.
    Both sides are taken to have one shape, whatever it is, and medians to be known, which they are not: at
    0.05 sign flips of six runs err in 0.06 where they are exponential and 0.07 where they are lognormal,
    Student's t in 0.05, and either in 0.10 to 0.13 where one side is normal and the other lognormal. Of an
    odd number one run is the median and does not deviate, so that five runs of one setting can be decided by
    `test: t` alone.

    With `units: settings` each setting has a scatter on either side, and the logarithms of their ratios are
    tested, as the claim type `ratio` does. A setting without any scatter leaves the claim untested.

    Axes that are named nowhere are averaged over first: name those whose levels are other settings in `pair`.

    Args:
        wider: the level that scatters more.
        narrower: the level that scatters less; for a claim of stability, the better one.

    Returns:
        supported where the scatter exceeds the other by more than the margin, contradicted where it does not.

    Raises:
        ValueError: no scatter to measure by, or an axis or a level that the metric does not have.
    """
    both = sides(design.grid(results), [*design.pair, over], axis, [wider, narrower])
    sided = np.moveaxis(both.values, -1, 0)
    exists = np.asarray(both.exists.any(axis=-1))
    subject = f"by how much {side_text(wider)} scatters more over {over} than {side_text(narrower)}"
    subject = f"{subject}, as a share of it, {design.metric_name}"
    if units == "settings":
        of_sides = scatter_of(sided, scatter)
        if np.nanmin(of_sides, initial=np.inf) <= rounding(sided):
            raise ValueError(
                f"{design.metric_name} is the same in all runs of a setting, which have no scatter"
            )
        logs = np.log(of_sides)
        return design.outcome(
            design.observations(both.axes[:-1], logs[0] - logs[1], exists.any(axis=-1), np.ones(1)),
            subject=subject,
            noun="log-ratios",
            null=float(np.log1p(margin)),
            null_words=f"above log {plain(1 + margin)}" if margin else "above zero",
            oracle=both.oracle,
            back=np.expm1,
        )
    runs = replace(design, cluster=over, pair=[*design.pair, over])
    wide, narrow = deviations(np.where(np.isfinite(sided).all(axis=0), sided, np.nan))
    if np.nansum(narrow) <= rounding(sided):
        raise ValueError(f"{design.metric_name} is the same in all runs of {side_text(narrower)}")
    found = deviating_runs(runs, both.axes, wide, narrow, exists, margin, subject)
    return replace(found, oracle=both.oracle)
