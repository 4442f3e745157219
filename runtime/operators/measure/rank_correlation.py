"""How well one metric puts cells in the order of another."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from scipy import stats

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator

FEWEST = 3


@operator(seconds=0.01)
def rank_correlation(
    x: list[Scalar | None], y: list[Scalar | None], *, missing: Literal["fail", "skip"] = "fail"
) -> Annotated[Table, Metrics("spearman", "kendall", "pearson", "pairs")]:
    """Correlations of two metrics over the axes that a stage gathers.

    Spearman 1904, "The Proof and Measurement of Association between Two Things"; Kendall 1945,
    "The Treatment of Ties in Ranking Problems" (tau-b).
    Differs from the paper: nothing; ties share a mean rank. Where all values of a metric are
    equal it puts nothing in order, and the correlations, which are then undefined, are 0.

    Args:
        x: one number a cell, such as a score; none where the cell failed.
        y: one number a cell, in the same order, such as the truth that the score stands for.
        missing: with a failed cell, fail too, or go on with the cells that have both numbers.

    Returns:
        spearman, of ranks; kendall, tau-b; pearson, of the numbers; pairs, how many cells there
        were. Correlations are in [-1, 1] and do not depend on the order of the cells.

    Raises:
        ValueError: there are not as many x as y, a cell is missing and `missing` is fail, a
            number is not finite, or fewer than three cells are left.
    """
    if len(x) != len(y):
        raise ValueError(f"{len(x)} values of x have {len(y)} values of y")
    pairs = sorted((float(a), float(b)) for a, b in zip(x, y, strict=True) if a is not None and b is not None)
    if len(pairs) < len(x) and missing == "fail":
        raise ValueError(f"{len(x) - len(pairs)} of {len(x)} cells lack a value")
    return Table.of(correlations(*zip(*pairs, strict=True)) if pairs else correlations((), ()))


def correlations(first: Sequence[float], second: Sequence[float]) -> dict[str, float]:
    """Spearman's, Kendall's (tau-b) and Pearson's correlation, and the number of pairs.

    Where all values of a side are equal, the correlations, which are then undefined, are 0.

    Raises:
        ValueError: a number is not finite, or there are fewer than three pairs.
    """
    if len(first) < FEWEST:
        raise ValueError(f"a correlation needs {FEWEST} cells, there are {len(first)}")
    pairs = list(zip(first, second, strict=True))
    if strange := [pair for pair in pairs if not all(map(math.isfinite, pair))]:
        raise ValueError(f"{len(strange)} cells have values that are not finite")
    found = dict.fromkeys(("spearman", "kendall", "pearson"), 0.0)
    if len(set(first)) > 1 and len(set(second)) > 1:
        found["spearman"] = stats.spearmanr(first, second).statistic
        found["kendall"] = stats.kendalltau(first, second).statistic
        found["pearson"] = stats.pearsonr(first, second).statistic
    return found | {"pairs": len(pairs)}
