"""The mean of a metric over the axes that a stage gathers."""

import math
from typing import Annotated, Literal

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.005)
def mean(
    values: list[Scalar | None], *, missing: Literal["fail", "skip"] = "fail"
) -> Annotated[Table, Metrics("mean")]:
    """The arithmetic mean of gathered values.

    Averages, for one, the folds of leave-one-domain-out cross-validation.

    Args:
        values: one number a cell; none where the cell failed.
        missing: with a failed cell, fail too (a mean over other cells than its neighbours' is
            not comparable), or take the mean of the others.

    Returns:
        metric `mean`, in the unit of the values, independent of their order.

    Raises:
        ValueError: a cell is missing and `missing` is fail, or no value is there.
    """
    present = [float(value) for value in values if value is not None]
    if len(present) < len(values) and missing == "fail":
        raise ValueError(f"{len(values) - len(present)} of {len(values)} values are missing")
    if not present:
        raise ValueError("there are no values to take the mean of")
    return Table.of({"mean": math.fsum(present) / len(present)})
