"""The mean of a curve over a stretch that other curves mark."""

import math
from typing import Annotated

from heldout.runtime.artifacts import Table
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.operator import Metrics, operator

Levels = dict[str, float]


@operator(seconds=0.01)
def mean_between(
    curve: Table,
    *,
    metric: str,
    since: Levels,
    until: Levels = {},  # noqa: B006 - read only
) -> Annotated[Table, Metrics("mean", "since", "until")]:
    """The mean of a metric from the step at which other metrics have risen to a level until others have.

    Differs from the paper: it is of no paper.

    Args:
        curve: several metrics by step, all over the same data.
        metric: of which the mean is taken, over the recorded steps, each with the same weight.
        since: metric -> level; the stretch begins at the first step at which all of them are reached.
        until: metric -> level; it ends before the first step at which any of them is reached, or
            with the curve.

    Returns:
        mean, in the metric's unit; since and until, the first and the last step of the stretch.

    Raises:
        ValueError: the curve lacks a metric, the stretch never begins, or it has no value.
    """
    if "step" not in curve.rows.column_names:
        raise ValueError("the table is no curve: its values have no step")
    begins = max((_first(curve, name, level) for name, level in since.items()), default=-math.inf)
    ends = min((_first(curve, name, level) for name, level in until.items()), default=math.inf)
    if begins == math.inf:
        raise ValueError(f"the curve ends before {' and '.join(f'{n} is {v}' for n, v in since.items())}")
    inside = {step: value for step, value in _by_step(curve, metric).items() if begins <= step < ends}
    if not inside:
        raise ValueError(f"{metric!r} has no value from step {begins} until step {ends}")
    mean = math.fsum(inside.values()) / len(inside)
    return Table.of({"mean": mean, "since": min(inside), "until": max(inside)})


def _by_step(curve: Table, metric: str) -> dict[int, float]:
    """A metric over all the data by step, steps rising."""
    found = {
        row["step"]: row["value"]
        for row in curve.rows.to_pylist()
        if row["metric"] == metric and row["step"] is not None and row.get("group") is None
    }
    if not found:
        known = ", ".join(sorted(set(texts(curve.rows["metric"]))))
        raise ValueError(f"the curve has no metric {metric!r} (it has {known})")
    return dict(sorted(found.items()))


def _first(curve: Table, metric: str, level: float) -> float:
    """The first recorded step at which a metric has risen to a level; infinite where it never does."""
    return next((step for step, value in _by_step(curve, metric).items() if value >= level), math.inf)
