"""Columns of a table as inputs, labels and names."""

import contextlib
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch import Tensor

from heldout.runtime.artifacts.columns import listed

NAMING = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date)
FLAT = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
NUMERIC = (*FLAT, pa.types.is_decimal)
MANY_ROWS = 100  # of which each with a class of its own is no classification


def known_columns(table: pa.Table, names: Sequence[str]) -> None:
    """Check that a table has rows, and these columns once each, without missing values.

    Raises:
        ValueError: it has not.
    """
    named_once(table.column_names, names)
    columns = dict(zip(table.column_names, table.columns, strict=True))  # each look-up by name is linear
    for name in names:
        if lacking := columns[name].null_count:
            raise ValueError(f"column {name!r} lacks {lacking} values; fill or drop these rows")
    if not table.num_rows:
        raise ValueError("there are no rows")


def named_once(there: Sequence[str], names: Iterable[str]) -> None:
    """Check that each name stands once among those of the columns that there are.

    Raises:
        ValueError: it does not.
    """
    times = Counter(there)
    for name in names:
        if times[name] == 0:
            raise ValueError(f"there is no column {name!r}; there are {listed(there)}")
        if times[name] > 1:
            raise ValueError(f"there are {times[name]} columns {name!r}; give each a name of its own")


def feature_tensor(table: pa.Table, names: Sequence[str]) -> Tensor:
    """Numeric columns side by side, [num_rows, num_columns], float32.

    A column of equally long lists takes as many places as its lists are long.

    Raises:
        ValueError: a column is not numeric, holds a value that is not finite, or its lists
            differ in length.
    """
    columns = []
    by_name = dict(zip(table.column_names, table.columns, strict=True))
    for name in names:
        kind = by_name[name].type
        try:
            if not _is_numeric(kind):
                raise TypeError
            flat = any(is_kind(kind) for is_kind in FLAT)
            values: Any = by_name[name].to_numpy() if flat else by_name[name].to_pylist()
            with np.errstate(over="ignore"):  # it is said below
                column = np.asarray(values, dtype=np.float32).reshape(table.num_rows, -1)
        except (ValueError, TypeError, OverflowError) as error:
            raise ValueError(f"column {name!r} is no column of numbers ({kind})") from error
        if not column.size:
            raise ValueError(f"column {name!r} holds lists of no numbers")
        if not np.isfinite(column).all():
            raise ValueError(f"column {name!r} holds a value that is not finite")
        columns.append(column)
    return torch.from_numpy(np.concatenate(columns, axis=1))


def labels_of(table: pa.Table, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels as indices, int64, into their classes: the values of a column in ascending order, as text.

    Raises:
        ValueError: the values are no classes: lists, NaN, fractions, or another one in each of many rows.
    """
    values = scalars(table, name)
    different = sorted(set(values))
    if fraction := next((v for v in different if isinstance(v, float) and not v.is_integer()), None):
        raise ValueError(
            f"column {name!r} holds {fraction}, and a label is a class: write whole numbers or text, "
            "such as the bin that the number is in"
        )
    if len(different) == len(values) > MANY_ROWS:
        raise ValueError(
            f"column {name!r} has another value in each of {len(values)} rows, and a label is a class "
            "that several rows share"
        )
    index = {value: position for position, value in enumerate(different)}
    labels = np.array([index[value] for value in values], dtype=np.int64)
    return labels, tuple(str(value) for value in different)


def numbers_of(table: pa.Table, names: Sequence[str]) -> np.ndarray:
    """Columns of single numbers side by side, [num_rows, num_columns], float64.

    Raises:
        ValueError: a column holds something else, or a value that is not finite.
    """
    columns = []
    for name in names:
        column = table[name]
        if not any(is_kind(column.type) for is_kind in FLAT):
            raise ValueError(f"column {name!r} holds {column.type}; a label of regression is a number")
        values = pc.cast(column, pa.float64(), safe=False).to_numpy()
        if not np.isfinite(values).all():
            raise ValueError(f"column {name!r} holds a value that is not finite")
        columns.append(values)
    return np.stack(columns, axis=1)


def scalars(table: pa.Table, name: str) -> list[Any]:
    """The values of a column of numbers or of text, which is composed as Unicode's NFC has it.

    Raises:
        ValueError: they are lists or something else that names nothing, or NaN is among them.
    """
    kind = table[name].type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (_is_text(kind) or any(is_kind(kind) for is_kind in NAMING)):
        raise ValueError(f"column {name!r} holds {kind}; write whole numbers or text, one a row")
    values: list[Any] = table[name].to_pylist()
    if lacking := [row for row, v in enumerate(values) if isinstance(v, float) and not math.isfinite(v)]:
        raise ValueError(
            f"column {name!r} holds {values[lacking[0]]} in {len(lacking)} of {len(values)} rows, "
            f"first in row {lacking[0]} (from 0); fill or drop these rows"
        )
    return [composed(value) if isinstance(value, str) else value for value in values]


@contextlib.contextmanager
def said_of(source: str) -> Iterator[None]:
    """Name the file, or the dataset, that a wrong value was found in."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error
    except MemoryError as error:
        raise ValueError(f"{source} does not fit into the memory; take fewer rows or columns") from error


def composed(text: str) -> str:
    """Text in Unicode's NFC: what looks the same is the same, whichever system wrote it."""
    return unicodedata.normalize("NFC", text)


def _is_numeric(kind: Any) -> bool:
    """Numbers, or lists of them: what is text, bytes or a time is none, though Python may make one of it."""
    while (inside := getattr(kind, "value_type", None) or getattr(kind, "storage_type", None)) is not None:
        kind = inside
    return any(is_kind(kind) for is_kind in NUMERIC)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
