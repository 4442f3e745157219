"""Two sides measured in turns, compared pair by pair, on a machine that may be busy."""

import math
import statistics
from collections.abc import Sequence
from typing import Any

ERROR = 0.05


def paired_ratio(ours: Sequence[float], theirs: Sequence[float], name: str) -> dict[str, Any]:
    """The median of the ratios of pairs, and how far it is known.

    `NAME_low` and `NAME_high` are the ratios between which the median of all pairs lies with at least
    95 %, by the sign test, whatever the distribution (David & Nagaraja 2003, "Order Statistics",
    section 7.1); the least and the largest where pairs are fewer than six, which is less sure.
    """
    ratios = sorted(our / other for our, other in zip(ours, theirs, strict=True))
    cut = sign_test_cut(len(ratios))
    return {
        name: statistics.median(ratios),
        f"{name}_low": ratios[cut],
        f"{name}_high": ratios[-1 - cut],
    }


def sign_test_cut(count: int) -> int:
    """How many of the sorted values may be left out at either end: 0 where none may."""
    cut = 0
    while 2 * sum(math.comb(count, k) for k in range(cut + 2)) <= ERROR * 2**count:
        cut += 1
    return cut
