"""How well one value of each row goes with another, over rows."""

from typing import Annotated

from heldout.runtime.artifacts import Dataset, Table
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.operators.measure.rank_correlation import correlations
from heldout.runtime.rows.joined import values_by_id


@operator(seconds=0.02)
def row_correlation(
    first: Annotated[Dataset, Use.EVALUATES],
    second: Annotated[Dataset, Use.EVALUATES],
    *,
    x: str,
    y: str,
) -> Annotated[Table, Metrics("spearman", "kendall", "pearson", "pairs")]:
    """Correlations of a column with a column of other records of the same rows.

    Spearman 1904, "The Proof and Measurement of Association between Two Things"; Kendall 1945,
    "The Treatment of Ties in Ranking Problems" (tau-b).
    Differs from the paper: nothing; ties share a mean rank.

    Args:
        first: rows `id` and the column `x`.
        second: rows `id` and the column `y`, one for each row of `first` at least.
        x: a column of numbers.
        y: a column of numbers.

    Returns:
        spearman, of ranks; kendall, tau-b; pearson, of the numbers; pairs, how many rows there were.
        Where all values of a column are equal, the correlations are 0.

    Raises:
        ValueError: a column or a row is missing, a value is not finite, or there are fewer than three.
    """
    ids = texts(first.rows["id"])
    return Table.of(correlations(values_by_id(first, x, ids).tolist(), values_by_id(second, y, ids).tolist()))
