"""The harmonic mean of a metric over the axes that a stage gathers."""

import math
from typing import Annotated

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.005)
def harmonic_mean(values: list[Scalar]) -> Annotated[Table, Metrics("harmonic_mean")]:
    """n over the sum of reciprocals: high only where every value is.

    Xian et al. 2017, "Zero-Shot Learning - A Comprehensive Evaluation of the Good, the Bad and
    the Ugly" (arXiv:1707.00600), section 4: of the accuracies on seen and unseen classes,
    H = 2 s u / (s + u).
    Differs from the paper: any number of values.

    Args:
        values: one number a cell, none below zero.

    Returns:
        metric `harmonic_mean`, in the unit of the values; 0 where one of them is.

    Raises:
        ValueError: there are no values, or one is below zero.
    """
    if not values:
        raise ValueError("there are no values to take the harmonic mean of")
    if (least := min(values)) < 0:
        raise ValueError(f"a harmonic mean takes no values below zero, got {float(least)}")
    if least == 0.0:
        return Table.of({"harmonic_mean": 0.0})
    return Table.of({"harmonic_mean": len(values) / math.fsum(1 / float(value) for value in values)})
