"""Holm's correction of several p-values, as the runtime's verdicts make it.

The two packages do not import each other, so the runtime has it once more
(`heldout.runtime.statistics.holm`); a test holds both equal.
"""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that control the chance of any false rejection."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted
