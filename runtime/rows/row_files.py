"""Files of strangers that are read row by row: JSON lines and Parquet, by checksum and never whole."""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq

from heldout.runtime.rows.columns import named_once
from heldout.runtime.rows.parquet import in_words

MOST_LINE = 1 << 26  # bytes of a line: 64 MiB
SUFFIXES = (".jsonl", ".parquet")


@contextlib.contextmanager
def opened_rows(path: Path, sha256: str, names: Sequence[str]) -> Iterator[Iterator[dict[str, Any]]]:
    """The rows of a file, these columns of each.

    The file is opened once: what is read is what was hashed, whoever renames another into its place.

    Args:
        path: of a file of JSON lines (`.jsonl`) or Parquet (`.parquet`).
        sha256: of its content.
        names: of the columns.

    Raises:
        ValueError: there is no such file, its content is another, it is damaged, or a column is not there.
    """
    if path.suffix not in SUFFIXES:
        raise ValueError(f"a file of rows ends in {' or '.join(SUFFIXES)}, not in {path.suffix!r}")
    if not path.is_file():
        raise ValueError("there is no such file")
    with path.open("rb") as file:
        if (found := hashlib.file_digest(file, "sha256").hexdigest()) != sha256:
            raise ValueError(f"it has sha256 {found}, the study says {sha256}")
        file.seek(0)
        yield _of_parquet(file, names) if path.suffix == ".parquet" else json_lines(file, names)


def _of_parquet(file: BinaryIO, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    with in_words(), pq.ParquetFile(file) as parquet:
        named_once(parquet.schema_arrow.names, names)
        for batch in parquet.iter_batches(batch_size=1024, columns=list(names), use_threads=False):
            yield from batch.select(list(names)).to_pylist()


def json_lines(file: BinaryIO, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """These fields of each line, none of which is held.

    Raises:
        ValueError: a line is no UTF-8, no JSON object or very long, or lacks a field.
    """
    number = 0
    while line := file.readline(MOST_LINE + 1):
        number += 1
        if len(line) > MOST_LINE:
            raise ValueError(f"line {number} is longer than {MOST_LINE} bytes")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"line {number} is no UTF-8: {error.reason} at byte {error.start}") from error
        if text.strip():
            row = _object(text, number)
            if lacking := next((name for name in names if name not in row), None):
                there = ", ".join(map(repr, list(row)[:40]))
                raise ValueError(f"line {number} has no {lacking!r}; it has {there}")
            yield {name: row[name] for name in names}


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"line {number} is no JSON: {error}") from error
    if not isinstance(row, dict):
        raise ValueError(f"line {number} holds no JSON object")
    return row
