"""Score predictions domain by domain."""

from typing import Annotated

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts import Predictions, Table
from heldout.runtime.operator import ByGroup, Metrics, Use, operator
from heldout.runtime.scoring.scores import accuracy, checked, expected_calibration_error, nll
from heldout.runtime.subtype import Of

SCORES = {"accuracy": accuracy, "calibration_error": expected_calibration_error, "nll": nll}


@operator(seconds=0.01, needs={"predictions": ("domain", "label")})
def per_domain(
    predictions: Annotated[Predictions, Use.EVALUATES, Of("logits")],
) -> Annotated[Table, Metrics("accuracy", "calibration_error", "nll"), ByGroup()]:
    """Accuracy, calibration error and likelihood in each domain by itself.

    Args:
        predictions: id, label, domain and logits of every example; without a column `domain`
            they are one domain with an empty name.

    Returns:
        one row a metric and domain; the column `group` is the domain, in order of first
        appearance.

    Raises:
        ValueError: there are no examples, a label has no logit, or a logit is not finite.
    """
    checked(predictions)
    metric: list[str] = []
    value: list[float] = []
    group: list[str] = []
    for name in dict.fromkeys(predictions.domains):
        positions = np.flatnonzero(predictions.domains == name)
        part = Predictions(predictions.rows.take(pa.array(positions, pa.int64())))
        for score, of in SCORES.items():
            metric.append(score)
            value.append(of(part.logits, part.labels))
            group.append(name)
    return Table.columns(metric=metric, value=value, group=group)
