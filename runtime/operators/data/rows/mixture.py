"""The rows of several datasets as one."""

from dataclasses import replace
from typing import Annotated

import pyarrow as pa
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.encoded import Encoded
from heldout.runtime.artifacts.sequences import Sequences
from heldout.runtime.operator import operator
from heldout.runtime.subtype import SameAs


@operator(seconds=0.1)
def mixture(data: list[Dataset]) -> Annotated[Dataset, SameAs("data")]:
    """All rows of the gathered datasets, one dataset after the other.

    Raffel et al. 2020 (arXiv:1910.10683), section 3.5.2, multitask learning.
    Differs from the paper: no task has an artificial limit, so that each counts by its rows.

    Args:
        data: with the same columns, classes, notes and names of tensors; sequences (tensors of 2
            dimensions) of other lengths are padded on the right with 0.

    Raises:
        ValueError: there is no dataset, they do not belong together, or two rows have one id.
    """
    if not data:
        raise ValueError("a mixture needs at least one dataset")
    first = data[0]
    for other in data[1:]:
        for what in ("classes", "notes"):
            if getattr(other, what) != getattr(first, what):
                raise ValueError(f"the datasets differ in their {what}")
        if other.rows.schema != first.rows.schema or any(
            set(getattr(other, members)) != set(getattr(first, members))
            for members in ("tensors", "encoded", "sequences")
        ):
            raise ValueError("the datasets differ in their columns or tensors")
    rows = pa.concat_tables([part.rows for part in data]).combine_chunks()
    if len(set(rows["id"].to_pylist())) < rows.num_rows:
        raise ValueError("two rows have the same id")
    tensors = {name: _joined([part.tensors[name] for part in data]) for name in sorted(first.tensors)}
    encoded = {name: Encoded.joined([part.encoded[name] for part in data]) for name in first.encoded}
    sequences = {name: Sequences.joined([part.sequences[name] for part in data]) for name in first.sequences}
    return replace(first, rows=rows, tensors=tensors, encoded=encoded, sequences=sequences)


def _joined(parts: list[torch.Tensor]) -> torch.Tensor:
    if parts[0].dim() == 2:
        longest = max(part.shape[1] for part in parts)
        parts = [torch.nn.functional.pad(part, (0, longest - part.shape[1])) for part in parts]
    return torch.cat(parts)
