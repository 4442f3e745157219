"""The rows whose value, as another stage found it, lies in one bin."""

from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.operator import operator
from heldout.runtime.rows.joined import values_by_id
from heldout.runtime.subtype import SameAs


@operator(seconds=0.01)
def bin_rows(
    data: Dataset,
    by: Dataset,
    *,
    column: str,
    bins: Annotated[int, Field(ge=1)] = 5,
    bin: Annotated[int, Field(ge=0)],
) -> Annotated[Dataset, SameAs("data")]:
    """One of several equally large bins of rows, from the smallest values to the largest.

    As Ding et al. 2024, "Easy2Hard-Bench" (arXiv:2409.18433), section 4, split problems by their
    difficulty.
    Differs from the paper: bins hold equally many rows, not equal ranges of difficulty.

    Args:
        data: any examples.
        by: rows `id` and the column, one for each example at least.
        column: of `by`, numbers.
        bins: how many; where they do not divide the rows, the first are larger by one.
        bin: which one, from 0; equal values are told apart by their ids.

    Returns:
        the rows of the bin, in the order of the data.

    Raises:
        ValueError: there is no such bin or column, or an example has no value.
    """
    if bin >= bins:
        raise ValueError(f"there is no bin {bin} of {bins}: they are counted from 0")
    ids = texts(data.rows["id"])
    values = values_by_id(by, column, ids)
    order = np.array(sorted(range(len(ids)), key=lambda row: (values[row], ids[row])), dtype=np.int64)
    return data.take(np.sort(np.array_split(order, bins)[bin]))
