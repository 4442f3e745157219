"""Tables of strangers that are text: CSV, TSV and JSON lines, and Parquet beside them."""

import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from heldout.runtime.rows.columns import named_once
from heldout.runtime.rows.parquet import in_words

MOST_BYTES = (1 << 31) - 1  # of a file of CSV, which is read as one block


def text_table(content: bytes, suffix: str, names: Sequence[str]) -> pa.Table:
    """These columns of a file.

    Args:
        content: of the file.
        suffix: of its name: `.csv`, `.tsv`, `.jsonl` or `.parquet`.
        names: of the columns.

    Raises:
        ValueError: the suffix is another, the file is damaged, or a column is not there.
    """
    if suffix not in READERS:
        raise ValueError(f"a file of texts ends in {', '.join(READERS)}, not in {suffix!r}")
    return READERS[suffix](content, list(dict.fromkeys(names)))


def _of_csv(content: bytes, names: list[str], delimiter: str = ",") -> pa.Table:
    """All values as strings: nothing is taken for a number, a date, or for missing."""
    if len(content) > MOST_BYTES:
        raise ValueError(f"a file of CSV has {MOST_BYTES} bytes at most; write it as Parquet")
    parsed = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    read = csv.ReadOptions(block_size=max(len(content), 1), use_threads=False)
    try:
        with csv.open_csv(io.BytesIO(content), read, parsed) as head:
            there = head.schema.names
        named_once(there, names)
        converted = csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), include_columns=names, strings_can_be_null=False
        )
        return csv.read_csv(io.BytesIO(content), read, parsed, converted)
    except MemoryError:  # of Arrow too, whose errors it is one of
        raise
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"this is no table that can be read: {error}") from error


def _of_tsv(content: bytes, names: list[str]) -> pa.Table:
    return _of_csv(content, names, "\t")


def _of_json_lines(content: bytes, names: list[str]) -> pa.Table:
    try:
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is no UTF-8: {error.reason} at byte {error.start}") from error
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _object(line, number)
        for name in names:
            if name not in row:
                raise ValueError(f"line {number} has no {name!r}; it has {', '.join(map(repr, row))}")
            columns[name].append(row[name])
    try:
        return pa.table(columns)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError) as error:
        raise ValueError(f"a column is of several kinds, or of none: {error}") from error


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"line {number} is no JSON: {error}") from error
    if not isinstance(row, dict):
        raise ValueError(f"line {number} holds no JSON object")
    return row


def _of_parquet(content: bytes, names: list[str]) -> pa.Table:
    with in_words(), pq.ParquetFile(pa.BufferReader(content)) as file:
        named_once(file.schema_arrow.names, names)
        # A name with a dot also brings what lies inside of the column that is called as its first part.
        return file.read(columns=names, use_threads=False).select(names)


READERS: dict[str, Callable[[bytes, list[str]], pa.Table]] = {
    ".csv": _of_csv,
    ".tsv": _of_tsv,
    ".jsonl": _of_json_lines,
    ".parquet": _of_parquet,
}
