"""So many rows at random."""

from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import SameAs


@operator(seconds=0.01)
def sample_rows(
    data: Dataset, *, count: Annotated[int, Field(ge=1)], seed: int = 0
) -> Annotated[Dataset, SameAs("data")]:
    """Rows drawn without replacement; they know what the data know.

    Differs from the paper: it is of no paper.

    Args:
        data: any examples.
        count: rows to draw; with the same seed, fewer are among more.
        seed: of the draw.

    Returns:
        the rows, in the order of the data.

    Raises:
        ValueError: there are fewer rows.
    """
    if count > len(data):
        raise ValueError(f"{count} rows cannot be drawn from {len(data)}")
    return data.take(np.sort(numpy_stream(seed, "sample rows").permutation(len(data))[:count]))
