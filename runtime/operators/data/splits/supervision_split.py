"""Split rows in three: what teaches the supervisor, what it labels for its student, and the test."""

from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import SameAs


class SupervisionSplit(NamedTuple):
    supervise: Annotated[Dataset, Role.TRAIN, SameAs("data")]
    transfer: Annotated[Dataset, Role.TRAIN, SameAs("data")]
    test: Annotated[Dataset, Role.TEST, SameAs("data")]


@operator(seconds=0.02)
def supervision_split(
    data: Dataset,
    *,
    supervise: Annotated[int, Field(ge=1)] = 200,
    test_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.3,
    seed: int = 0,
) -> SupervisionSplit:
    """Rows for a supervisor, for its student and for the test, by chance.

    Burns et al. 2023, "Weak-to-Strong Generalization: Eliciting Strong Capabilities With Weak
    Supervision" (arXiv:2312.09390), section 3: the weak model is trained on one part and labels
    another, so that its labels are predictions and not what it has seen.
    Differs from the paper: the two parts are not halves; the supervisor's is given in rows, since
    few labels are one way to make it weak.

    Args:
        data: labelled examples.
        supervise: rows with which the supervisor is trained.
        test_fraction: of all rows, rounded down.
        seed: of the permutation.

    Returns:
        supervise: rows for the supervisor.
        transfer: rows that it labels; with their own labels, the ceiling is trained on them.
        test: rows to test on.

    Raises:
        ValueError: nothing is left for the student or for the test.
    """
    order = numpy_stream(seed, "supervision split").permutation(len(data))
    num_test = int(len(data) * test_fraction)
    if not num_test:
        raise ValueError(f"test_fraction {test_fraction} of {len(data)} rows is less than one row to test on")
    if num_test + supervise >= len(data):
        raise ValueError(
            f"{supervise} rows and {num_test} for the test leave none of {len(data)} to transfer"
        )
    parts = np.split(order, [num_test, num_test + supervise])
    test, weak, transfer = (data.take(np.sort(part)) for part in parts)
    return SupervisionSplit(weak, transfer, test)
