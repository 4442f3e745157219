"""Keep the candidate with the best criterion."""

import math
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar

from heldout.runtime.artifacts import Artifact, Scalar, Table
from heldout.runtime.operator import Metrics, Use, operator

T = TypeVar("T", bound=Artifact)


class Best(NamedTuple, Generic[T]):
    best: T
    choice: Annotated[Table, Metrics("index", "criterion")]


@operator(seconds=0.01)
def best(
    candidates: list[T | None],
    criterion: Annotated[list[Scalar | None], Use.SELECTS],
    *,
    direction: Literal["max", "min"] = "max",
) -> Best[T]:
    """Of everything along the gathered axes, the candidate whose criterion is largest or smallest.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    section 4: which data the criterion was computed on makes this training-domain validation,
    leave-one-domain-out cross-validation or the oracle.
    Differs from the paper: of equal criteria the first wins, where DomainBed takes the last
    trial and, within a trial, the first step.

    Args:
        candidates: models, tables or anything else, one a cell; none where the cell failed.
        criterion: one number a cell, in the same order; none where the cell failed. A NaN counts
            as failed.
        direction: whether the largest or the smallest is best.

    Returns:
        best: the candidate.
        choice: `index`, its position along the gathered axes, counted from 0, and its
            `criterion`.

    Raises:
        ValueError: there are not as many criteria as candidates, or no cell has both.
    """
    if len(candidates) != len(criterion):
        raise ValueError(f"{len(candidates)} candidates have {len(criterion)} criteria")
    present = [
        (index, candidate, value)
        for index, (candidate, value) in enumerate(zip(candidates, criterion, strict=True))
        if candidate is not None and value is not None and not math.isnan(value)
    ]
    if not present:
        raise ValueError(f"none of the {len(candidates)} candidates is left to choose from")
    sign = 1 if direction == "max" else -1
    index, chosen, value = max(present, key=lambda one: sign * one[2])
    return Best(chosen, Table.of({"index": index, "criterion": value}))
