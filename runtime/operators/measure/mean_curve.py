"""The mean of gathered curves, step by step."""

import math
from typing import Annotated

from heldout.runtime.artifacts import Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.005)
def mean_curve(curves: list[Table | None], *, metric: str = "accuracy") -> Annotated[Table, Metrics("mean")]:
    """The arithmetic mean of a metric over several curves, at each of their steps.

    Averages, for one, the folds of leave-one-domain-out cross-validation at every checkpoint, by which
    DomainBed (arXiv:2007.01434, section 4) chooses a step: `select/step` takes it with `metric: mean`.

    Args:
        curves: one a cell; none where the cell failed. Rows with a `group` are not read.
        metric: of the curves.

    Returns:
        metric `mean` by step, in the unit of the metric.

    Raises:
        ValueError: a cell is missing, there are no curves, or they have the metric at different steps.
    """
    if missing := sum(curve is None for curve in curves):
        raise ValueError(f"{missing} of {len(curves)} curves are missing")
    found = [_by_step(curve, metric) for curve in curves if curve is not None]
    if not found or not found[0]:
        raise ValueError(f"there are no curves of {metric!r} to take the mean of")
    steps = list(found[0])
    if other := next((curve for curve in found if set(curve) != set(steps)), None):
        differing = min(set(other) ^ set(steps))
        raise ValueError(f"some curves have {metric!r} at step {differing}, and others do not")
    means = [math.fsum(curve[step] for curve in found) / len(found) for step in steps]
    return Table.columns(metric=["mean"] * len(steps), value=means, step=steps)


def _by_step(curve: Table, metric: str) -> dict[int, float]:
    return {
        row["step"]: row["value"]
        for row in curve.rows.to_pylist()
        if row["metric"] == metric and row.get("group") is None and row.get("step") is not None
    }
