"""How much of the way from a weak supervisor to a strong ceiling a student has come."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.005)
def gap_recovered(
    weak: Scalar,
    student: Scalar,
    ceiling: Scalar,
    *,
    smallest_gap: Annotated[float, Field(ge=0.0)] = 0.005,
) -> Annotated[Table, Metrics("gap_recovered", "gain", "gap")]:
    """The performance gap recovered, PGR.

    Burns et al. 2023, "Weak-to-Strong Generalization: Eliciting Strong Capabilities With Weak
    Supervision" (arXiv:2312.09390), section 3: (student - weak) / (ceiling - weak).
    Differs from the paper: where the ceiling is not above the supervisor by `smallest_gap` there is
    nothing to recover, and the task fails rather than to divide by next to nothing.

    Args:
        weak: the supervisor's score on the test.
        student: the score of the student that learnt from the supervisor's labels.
        ceiling: the score of the same student that learnt from true labels.
        smallest_gap: of ceiling over weak that counts as one, in the unit of the scores.

    Returns:
        gap_recovered: 0 where the student is as its supervisor, 1 where it is as its ceiling.
        gain: student - weak, in the unit of the scores.
        gap: ceiling - weak, in the unit of the scores.

    Raises:
        ValueError: there is no gap.
    """
    gain, gap = float(student) - float(weak), float(ceiling) - float(weak)
    if gap <= smallest_gap:
        raise ValueError(
            f"the ceiling ({float(ceiling):.4f}) is not above the supervisor ({float(weak):.4f}) by more "
            f"than {smallest_gap}: there is no gap to recover"
        )
    return Table.of({"gap_recovered": gain / gap, "gain": gain, "gap": gap})
