"""Operators that cost next to nothing, as a user's file of operators has them."""

from typing import Annotated

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator
from heldout.runtime.randomness import numpy_stream


@operator(seconds=0.002)
def draw(*, domain: int, method: str, trial: int, seed: int) -> Annotated[Table, Metrics("value")]:
    """One uniform number that depends on all parameters.

    Args:
        domain: of the grid.
        method: of the grid.
        trial: of the grid.
        seed: of the stream.
    """
    return Table.of({"value": numpy_stream(seed, str(domain), method, str(trial)).random()})


@operator(seconds=0.002)
def double(value: Scalar) -> Annotated[Table, Metrics("value")]:
    """Twice a number.

    Args:
        value: the number.
    """
    return Table.of({"value": 2 * value})
