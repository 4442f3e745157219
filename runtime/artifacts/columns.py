"""Columns of tables: as Parquet with the same bytes for the same values, and in words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
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
