"""Columns of tables: as Parquet with the same bytes for the same values, and in words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

MANY_NAMES = 40  # beyond which a message does not list them all


def write_columns(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet; only the values, names and types decide the bytes."""
    pq.write_table(table, path, compression="zstd", use_dictionary=False, store_schema=False)


def texts(column: "pa.ChunkedArray[Any]") -> list[str]:
    """The values of a column of text in which none is missing."""
    values: list[Any] = column.to_pylist()
    return values


def read_columns(source: Path | bytes) -> pa.Table:
    """Read a Parquet file, or its bytes, whole and without threads (many small ones are read at once)."""
    # Not `pq.read_table`: it imports pyarrow's datasets and with them pandas (half a second).
    with pq.ParquetFile(pa.BufferReader(source) if isinstance(source, bytes) else source) as file:
        return file.read(use_threads=False)


def listed(names: Sequence[str]) -> str:
    """Names of a stranger for a message: the first of many, and quoted where a terminal would obey them."""
    shown = [name if name.isprintable() else repr(name) for name in names[:MANY_NAMES]]
    more = [f"and {len(names) - MANY_NAMES} more"] if len(names) > MANY_NAMES else []
    return ", ".join(shown + more)


def number_column(values: np.ndarray) -> "pa.Array[Any]":
    """Numbers, [num_rows, num_outputs], as a column: float64, or of several outputs lists of it."""
    flat = pa.array(np.ascontiguousarray(values, dtype=np.float64).reshape(-1))
    return flat if values.shape[1] == 1 else pa.FixedSizeListArray.from_arrays(flat, values.shape[1])


def numbers_in(rows: pa.Table, name: str) -> np.ndarray:
    """A column as `number_column` makes it, [num_rows, num_outputs], float64.

    Raises:
        ValueError: there is none, it holds no such numbers, or one that is not finite.
    """
    if name not in rows.column_names:
        raise ValueError(f"there are no numbers `{name}` that the operator may see")
    column: Any = rows[name].combine_chunks()
    lists = pa.types.is_list(column.type) or pa.types.is_fixed_size_list(column.type)
    flat = column.flatten() if lists else column
    if not pa.types.is_floating(flat.type):
        raise ValueError(f"`{name}` holds {column.type}: regression needs numbers, and these name classes")
    values: np.ndarray = flat.to_numpy(zero_copy_only=False).astype(np.float64)
    outputs = max(len(column.slice(0, 1).flatten()), 1) if lists else 1
    sizes = pc.list_value_length(column).to_numpy(zero_copy_only=False) if lists else np.ones(len(column))
    if (sizes != outputs).any() or not np.isfinite(values).all():
        raise ValueError(f"`{name}` lacks numbers, or holds some that are not finite")
    return values.reshape(-1, outputs)
