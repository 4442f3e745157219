"""Columns of a table as inputs and labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch import Tensor


def known_columns(table: pa.Table, names: Sequence[str]) -> None:
    """Check that a table has these columns, without missing values.

    Raises:
        ValueError: it has not.
    """
    for name in names:
        if name not in table.column_names:
            raise ValueError(f"there is no column {name!r}; there are {', '.join(table.column_names)}")
        if table[name].null_count:
            raise ValueError(f"column {name!r} lacks {table[name].null_count} values")


def feature_tensor(table: pa.Table, names: Sequence[str]) -> Tensor:
    """Numeric columns side by side, [num_rows, num_columns], float32.

    A column of equally long lists takes as many places as its lists are long.

    Raises:
        ValueError: a column is not numeric, holds a value that is not finite, or its lists
            differ in length.
    """
    columns = []
    for name in names:
        try:
            column = np.asarray(table[name].to_pylist(), dtype=np.float32).reshape(table.num_rows, -1)
        except (ValueError, TypeError) as error:
            raise ValueError(f"column {name!r} is no column of numbers ({table[name].type})") from error
        if not np.isfinite(column).all():
            raise ValueError(f"column {name!r} holds a value that is not finite")
        columns.append(column)
    return torch.from_numpy(np.concatenate(columns, axis=1))


def labels_of(column: "pa.ChunkedArray[Any]") -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels as indices, int64, into their classes: the values in ascending order, as text."""
    different: list[Any] = pc.unique(column).to_pylist()
    values = sorted(different)
    index = {value: position for position, value in enumerate(values)}
    labels = np.array([index[value] for value in column.to_pylist()], dtype=np.int64)
    return labels, tuple(str(value) for value in values)
