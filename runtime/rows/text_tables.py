"""Tables of strangers that hold texts: CSV, TSV, JSON lines and Parquet, some rows at a time."""

import contextlib
import mmap
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

from heldout.runtime.rows.columns import named_once
from heldout.runtime.rows.parquet import in_words
from heldout.runtime.rows.row_files import json_lines

BLOCK_BYTES = 1 << 24  # of CSV, parsed at once: a row has fewer
BATCH_ROWS = 256  # of the others


def text_tables(file: BinaryIO, suffix: str, names: Sequence[str]) -> Iterator[pa.Table]:
    """These columns of a file, some rows at a time; no more of it is held.

    Of JSON lines each part has the types of its own rows.

    Args:
        file: of the file system, opened.
        suffix: of its name: `.csv`, `.tsv`, `.jsonl` or `.parquet`.
        names: of the columns.

    Raises:
        ValueError: the suffix is another, the file is damaged, or a column is not there.
    """
    if suffix not in READERS:
        raise ValueError(f"a file of texts ends in {', '.join(READERS)}, not in {suffix!r}")
    return READERS[suffix](file, list(dict.fromkeys(names)))


def _of_csv(file: BinaryIO, names: list[str], delimiter: str = ",") -> Iterator[pa.Table]:
    """All values as strings: nothing is taken for a number, a date, or for missing."""
    parsed = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    read = csv.ReadOptions(block_size=BLOCK_BYTES, use_threads=False)
    try:
        with csv.open_csv(_mapped(file), read, parsed) as head:
            there = head.schema.names
        named_once(there, names)
        converted = csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), include_columns=names, strings_can_be_null=False
        )
        with csv.open_csv(_mapped(file), read, parsed, converted) as batches:
            for batch in batches:
                yield pa.Table.from_batches([batch])
    except MemoryError:  # of Arrow too, whose errors it is one of
        raise
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"this is no table that can be read: {error}") from error


def _mapped(file: BinaryIO) -> Any:  # whose types do not know that it reads its own kind of file
    """A file as its pages, of which Arrow, which reads many blocks ahead, holds none."""
    empty = os.fstat(file.fileno()).st_size == 0
    return pa.BufferReader(b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _of_tsv(file: BinaryIO, names: list[str]) -> Iterator[pa.Table]:
    return _of_csv(file, names, "\t")


def _of_json_lines(file: BinaryIO, names: list[str]) -> Iterator[pa.Table]:
    file.seek(0)
    rows = json_lines(file, names)
    while part := list(islice(rows, BATCH_ROWS)):
        with in_one_kind():
            table = pa.table({name: [row[name] for row in part] for name in names})
        yield table


@contextlib.contextmanager
def in_one_kind() -> Iterator[None]:
    """Say it in words where a column has values of several kinds.

    Raises:
        ValueError: it has.
    """
    try:
        yield
    except (pa.ArrowException, OverflowError, UnicodeEncodeError) as error:
        raise ValueError(f"a column is of several kinds, or of none: {error}") from error


def _of_parquet(file: BinaryIO, names: list[str]) -> Iterator[pa.Table]:
    file.seek(0)
    with in_words(), pq.ParquetFile(file) as parquet:
        named_once(parquet.schema_arrow.names, names)
        # A name with a dot also brings what lies inside of the column that is called as its first part.
        for batch in parquet.iter_batches(batch_size=BATCH_ROWS, columns=names, use_threads=False):
            yield pa.Table.from_batches([batch]).select(names)


READERS: dict[str, Callable[[BinaryIO, list[str]], Iterator[pa.Table]]] = {
    ".csv": _of_csv,
    ".tsv": _of_tsv,
    ".jsonl": _of_json_lines,
    ".parquet": _of_parquet,
}
