"""Arrow's streams, written in batches and mapped: a table of any size that is not read to be opened."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

BATCH_ROWS = 1000  # at most, of a batch
BATCH_BYTES = 2**23  # with which a batch is ended
LONG_BYTES = 2**26


def write_stream(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write batches as an Arrow stream, the format that `datasets.Dataset.from_file` opens."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def is_long(table: pa.Table) -> bool:
    """Whether a table is better mapped than read whole: such as rows that hold texts."""
    if table.nbytes < LONG_BYTES // 2:  # which counts what is no value too, such as masks of nothing
        return False
    sink = pa.MockOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.size() >= LONG_BYTES and not any(pa.types.is_dictionary(kind) for kind in table.schema.types)


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table in batches of so many rows, so that its values and types alone decide the bytes."""
    schema = table.schema.remove_metadata()
    parts = (table.slice(start, BATCH_ROWS).combine_chunks() for start in range(0, len(table), BATCH_ROWS))
    write_stream(path, schema, (batch for part in parts for batch in part.cast(schema).to_batches()))


def spooled_column(parts: "Iterable[pa.Array[Any]]", kind: pa.DataType) -> "pa.ChunkedArray[Any]":
    """A column that comes in parts, laid down in a temporary file that nothing names any more, and mapped.

    Args:
        parts: one after another, of which no two are held.
        kind: of all.
    """
    schema = pa.schema([pa.field("column", kind)])
    with tempfile.TemporaryDirectory(prefix="heldout-") as folder:
        path = Path(folder, "column.arrow")
        write_stream(path, schema, (pa.record_batch([part], schema=schema) for part in parts))
        return map_stream(path).column(0)


def map_stream(path: Path) -> pa.Table:
    """A table whose columns lie in the file, mapped; of columns of texts or bytes the offsets are read.

    The file may be a stranger's. Afterwards no offset in it leads out of its buffers.

    Raises:
        ValueError: it is no such stream, or offsets lead outside.
    """
    try:
        with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as stream:
            table = stream.read_all()
        table.validate()
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is no Arrow stream that can be read: {error}") from error
    for name, column in zip(table.column_names, table.columns, strict=True):
        for chunk in column.chunks:
            _check(chunk, f"{path.name}, column {name!r}")
    return table


def _check(array: "pa.Array[Any]", where: str) -> None:
    """See that the offsets of an array, and of those in it, rise and stay inside."""
    kind = array.type
    if pa.types.is_struct(kind):
        for number in range(kind.num_fields):
            _check(array.field(number), where)  # type: ignore[attr-defined]
    elif _is_bytes(kind):
        wide = pa.types.is_large_string(kind) or pa.types.is_large_binary(kind)
        _check_offsets(array, wide, _size_of(array.buffers()[2]), where)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        values: pa.Array[Any] = array.values  # type: ignore[attr-defined]
        _check_offsets(array, pa.types.is_large_list(kind), len(values), where)
        _check(values, where)
    elif pa.types.is_fixed_size_list(kind):
        _check(array.values, where)  # type: ignore[attr-defined]
    elif pa.types.is_nested(kind) or pa.types.is_dictionary(kind) or "view" in str(kind):
        raise ValueError(f"{where} holds {kind}, which is not mapped")


def _is_bytes(kind: pa.DataType) -> bool:
    kinds = (pa.types.is_string, pa.types.is_binary, pa.types.is_large_string, pa.types.is_large_binary)
    return any(is_kind(kind) for is_kind in kinds)


def _check_offsets(array: "pa.Array[Any]", wide: bool, size: int, where: str) -> None:
    if not len(array):
        return
    buffer: Any = array.buffers()[1]
    width = np.int64 if wide else np.int32
    offsets = np.frombuffer(buffer, width)[array.offset : array.offset + len(array) + 1]
    if len(offsets) <= len(array) or offsets[0] < 0 or offsets[-1] > size or (np.diff(offsets) < 0).any():
        raise ValueError(f"{where}: offsets lead outside of its {size} values")


def _size_of(buffer: "pa.Buffer | None") -> int:
    return 0 if buffer is None else buffer.size
