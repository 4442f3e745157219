"""A user's own table: features, labels and a domain in named columns."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.columns import number_column
from heldout.runtime.operator import Apart, PinnedBy, operator
from heldout.runtime.rows.columns import (
    feature_tensor,
    known_columns,
    labels_of,
    named_once,
    numbers_of,
    said_of,
    scalars,
)
from heldout.runtime.rows.domains import domain_name
from heldout.runtime.rows.parquet import in_words
from heldout.runtime.subtype import Of


@operator(seconds=5.0)
def import_table(
    *,
    path: Annotated[str, PinnedBy("sha256")],
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")],
    features: Annotated[list[str], Field(min_length=1)],
    label: Annotated[str | list[str], Apart("features")],
    task: Literal["classification", "regression"] = "classification",
    domain: Annotated[str | None, Apart("features")] = None,
    id: Annotated[str | None, Apart("features")] = None,
) -> Annotated[Dataset, Of("measurements", when={"task": "regression"}), Of("features")]:
    """Examples from a Parquet file.

    Args:
        path: the file; a relative one is taken from the folder of the spec. Where it lies is no part of a
            task, so that it may be moved.
        sha256: checksum of the file, as `heldout checksum FILE` and sha256sum print it; `heldout check` says
            the right one.
        features: numeric columns that make the input, in this order; a column of equally long
            lists takes as many places as its lists are long.
        label: column of the label, whole numbers or text; classes are its values in ascending order. In
            regression a column of numbers, or several, each of which is an output.
        task: whether labels name classes or are numbers, as they stand (not standardised).
        domain: column of the domain, where the examples have one.
        id: column of a unique name of each row; without it rows are named `row-0000042` by
            their position, counted from 0.

    Returns:
        rows in the file's order; `x` [num_rows, num_features], float32, as it stands (not
        standardised).

    Raises:
        ValueError: the content is another, there are no rows, a column is missing or has missing values, a
            feature is not a finite number, a label is no class or number, or an id is not unique.
    """
    content = Path(path).read_bytes() if Path(path).is_file() else None
    if content is None:
        raise ValueError(f"{path} is not a file")
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise ValueError(f"{path} has sha256 {found}, the study says {sha256}")
    with said_of(path):
        names = [label] if isinstance(label, str) else label
        table = _columns(content, [*features, *names, *(name for name in (domain, id) if name is not None)])
        labels, classes = _labels(table, names, task)
        columns = {"id": pa.array(_ids(table, id), pa.string()), "label": labels}
        if domain is not None:
            columns["domain"] = pa.array([domain_name(one) for one in scalars(table, domain)], pa.string())
        x = feature_tensor(table, features)
    return Dataset(rows=pa.table(columns), tensors={"x": x}, classes=classes)


def _columns(content: bytes, names: list[str]) -> pa.Table:
    """These columns of a Parquet file, without missing values; the others stay packed.

    Raises:
        ValueError: they are not there, or the file cannot be read.
    """
    with in_words(), pq.ParquetFile(pa.BufferReader(content)) as file:
        names = list(dict.fromkeys(names))
        named_once(file.schema_arrow.names, names)
        # A name with a dot also brings what lies inside of the column that is called as its first part.
        table = file.read(columns=names, use_threads=False).select(names)
    known_columns(table, names)
    return table


def _labels(
    table: pa.Table, names: list[str], task: Literal["classification", "regression"]
) -> tuple["pa.Array[Any]", tuple[str, ...]]:
    """The column of the labels, and the classes that they name; none in regression."""
    if not names or len(set(names)) < len(names):
        raise ValueError(f"labels are in columns that are named once each, got {names}")
    if task == "regression":
        return number_column(numbers_of(table, names)), ()
    if len(names) > 1:
        raise ValueError(
            f"a class stands in one column, got {', '.join(names)}; `task: regression` has several"
        )
    labels, classes = labels_of(table, names[0])
    return pa.array(labels), classes


def _ids(table: pa.Table, column: str | None) -> list[str]:
    if column is None:
        return [f"row-{row:07d}" for row in range(table.num_rows)]
    ids = [str(name) for name in scalars(table, column)]
    if len(set(ids)) < len(ids):
        raise ValueError(f"column {column!r} names {len(ids) - len(set(ids))} rows a second time")
    return ids
