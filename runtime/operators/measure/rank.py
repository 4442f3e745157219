"""The place of one value in a field of competitors."""

from typing import Annotated, Literal

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.005)
def rank(
    value: Scalar, field: list[Scalar], *, better: Literal["higher", "lower"] = "higher"
) -> Annotated[Table, Metrics("rank", "reciprocal_rank", "win_rate")]:
    """Where a value stands among those of all competitors, itself among them; 1 is best.

    For tables of methods over tasks whose scores cannot be averaged: ranks can. Reciprocal rank as
    in Kazemnejad et al. 2023 (arXiv:2305.19466), section 4; win rate as in Liang et al. 2023,
    "Holistic Evaluation of Language Models" (arXiv:2211.09110), section 5.2.
    Differs from the paper: equals share the mean of their places, and each counts as half a win.

    Args:
        value: of the one that is ranked.
        field: of all competitors. An axis with the same levels gathers them:
            `{from: "${score.accuracy}", at: {method: "${rival}"}}` over `rival`.
        better: whether higher or lower values are better.

    Returns:
        rank; reciprocal_rank, 1 / rank; win_rate, the part of the other competitors that it beats.

    Raises:
        ValueError: there are less than two competitors, or the value is none of theirs.
    """
    if len(field) < 2 or float(value) not in [float(other) for other in field]:
        raise ValueError(f"{float(value)} is none of a field of {len(field)}: {[float(v) for v in field]}")
    sign = 1 if better == "higher" else -1
    ahead = sum(sign * float(other) > sign * float(value) for other in field)
    equal = sum(float(other) == float(value) for other in field) - 1
    place = 1 + ahead + equal / 2
    win_rate = (len(field) - place) / (len(field) - 1)
    return Table.of({"rank": place, "reciprocal_rank": 1 / place, "win_rate": win_rate})
