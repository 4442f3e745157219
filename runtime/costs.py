"""What a task cost, by its record: numbers that are others at every run, and are kept apart from results."""

import math
from collections.abc import Mapping
from typing import Any

COST = "cost"  # the output that every task has beside those of its operator
TIMES = ("seconds", "cpu_seconds")
PEAKS = {"peak_mb": "peak_rss_mb", "peak_gpu_mb": "peak_gpu_mb"}  # by what a record calls them


def costs_of(record: Mapping[str, Any]) -> dict[str, float]:
    """What a task cost.

    Args:
        record: of the store.

    Returns:
        `seconds` from the reading of its inputs to its result, and `cpu_seconds` of its process then; of a
        task in a stack its share of them. `peak_mb`, the most resident memory of the process in that time,
        and `peak_gpu_mb`, of tensors on its GPU, both MB of 2^20 bytes. NaN where that was not measured:
        memory where the process could not begin to count anew, of a task in a stack, and without a GPU; all
        of it of a task that went on from a checkpoint, whose record begins there.
    """
    stacked = record.get("stack", {}).get("size", 1) > 1
    whole = not record.get("resumed")
    own = whole and not stacked and bool(record.get("own_peak"))
    times = {name: _number(record, name) if whole else math.nan for name in TIMES}
    return times | {name: _number(record, said) if own else math.nan for name, said in PEAKS.items()}


def _number(record: Mapping[str, Any], name: str) -> float:
    value = record.get(name)
    return math.nan if value is None else float(value)
