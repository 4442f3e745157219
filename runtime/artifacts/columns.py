"""Parquet with the same bytes for the same columns."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


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
