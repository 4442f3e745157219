"""What metrics are called where people read of them."""

from collections.abc import Mapping
from typing import Any

ONLY = "value"  # of a stage that computes one number: the stage's own name says what that is


def metric_name(metric: Mapping[str, Any]) -> str:
    """The name of a metric that a study refers to; that of its stage where the metric is its `value`."""
    name = str(metric["metric"])
    return str(metric.get("stage", name)) if name == ONLY else name
