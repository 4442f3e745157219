"""The different values of a column, each with its number of rows."""

import csv
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from heldout.runtime.rows.columns import known_columns, named_once, said_of, scalars
from heldout.runtime.rows.domains import domain_name
from heldout.runtime.rows.parquet import in_words

MOST_VALUES = 100_000  # as many as a study may have levels


def values_of_table(path: Path, column: str) -> dict[str, int]:
    """The values of a column of a file, in the order in which they come first.

    Of CSV all values are texts, as they stand; of Parquet and JSON Lines numbers are written as domains are:
    15 for 15.0.

    Args:
        path: a Parquet, CSV or JSON Lines file, as its name ends.
        column: the column's name.

    Returns:
        by value the number of its rows.

    Raises:
        ValueError: it cannot be read, has no such column, or the column names nothing in some row.
    """
    readers = {".parquet": _parquet, ".csv": _csv, ".jsonl": _json_lines}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ValueError(f"{path} is none of {', '.join(readers)}, by its name")
    if not path.is_file():
        raise ValueError(f"{path} is not a file")
    with said_of(str(path)):
        return _counted(reader(path, column))


def values_of_rows(rows: pa.Table, column: str) -> dict[str, int]:
    """The values of a column of rows, likewise.

    Raises:
        ValueError: there is no such column, or it names nothing in some row.
    """
    named_once(rows.column_names, [column])
    rows = rows.select([column])
    known_columns(rows, [column])
    return _counted(map(domain_name, scalars(rows, column)))


def _counted(values: Iterable[str]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for value in values:
        found[value] += 1
        if len(found) > MOST_VALUES:
            raise ValueError(f"the column has more than {MOST_VALUES:,} different values")
    if not found:
        raise ValueError("there are no rows")
    return dict(found)


def _parquet(path: Path, column: str) -> Iterator[str]:
    with in_words(), pq.ParquetFile(path) as file:
        named_once(file.schema_arrow.names, [column])
        # A name with a dot also brings what lies inside of the column that is called as its first part.
        for batch in file.iter_batches(columns=[column], use_threads=False):
            yield from _named(pa.Table.from_batches([batch]).select([column]), column)


def _csv(path: Path, column: str) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, strict=True)
        try:
            header = next(rows, [])
            named_once(header, [column])
            place = header.index(column)
            for row in filter(None, rows):
                if len(row) != len(header):
                    has = f"has {len(row)} values, and there are {len(header)} columns"
                    raise ValueError(f"line {rows.line_num} {has}")
                yield domain_name(row[place])
        except csv.Error as error:
            raise ValueError(f"line {rows.line_num} is no CSV: {error}") from error


def _named(table: pa.Table, column: str) -> Iterator[str]:
    if table.num_rows:
        known_columns(table, [column])
        yield from map(domain_name, scalars(table, column))


def _json_lines(path: Path, column: str) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield domain_name(_value(line, column, number))


def _value(line: str, column: str, number: int) -> str | int | float:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"line {number} is no JSON: {error}") from error
    value = row.get(column) if isinstance(row, dict) else None
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"line {number} has no text and no number {column!r}")
    return value
