"""Holm's correction of several p-values."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values that control the chance of any false rejection.

    Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure" (Scandinavian Journal of
    Statistics 6): the i-th smallest of m is multiplied by m - i + 1, and none may fall below a
    smaller one's adjusted value.
    Differs from the paper: nothing, written as adjusted p-values.
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def level_left(p_values: Sequence[float], which: int, alpha: float) -> float:
    """The level that Holm's correction leaves one of several tests: it is rejected where p is at most that.

    With the other p-values as they are, k of them are rejected one after another, at alpha / m,
    alpha / (m - 1), …, and this one is where it is at most alpha / (m - k).

    Args:
        which: the test.
        alpha: of the family.
    """
    others = sorted(p for i, p in enumerate(p_values) if i != which)
    for rejected, p in enumerate(others):
        if (len(p_values) - rejected) * p > alpha:
            return alpha / (len(p_values) - rejected)
    return alpha
