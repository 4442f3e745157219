"""A user's own table: features, a label and a domain in named columns."""

import hashlib
import io
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import operator
from heldout.runtime.rows.columns import feature_tensor, known_columns, labels_of
from heldout.runtime.rows.domains import domain_name


@operator(seconds=5.0)
def import_table(
    *,
    path: str,
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")],
    features: Annotated[list[str], Field(min_length=1)],
    label: str,
    domain: str | None = None,
    id: str | None = None,
) -> Dataset:
    """Examples from a Parquet file.

    Args:
        path: the file; a relative one is taken from where the workflow runs.
        sha256: checksum of the file, as sha256sum prints it. With a wrong one the message gives
            the right one.
        features: numeric columns that make the input, in this order; a column of equally long
            lists takes as many places as its lists are long.
        label: column of the label, numbers or text; classes are its values in ascending order.
        domain: column of the domain, where the examples have one.
        id: column of a unique name of each row; without it rows are named `row-0000042` by
            their position, counted from 0.

    Returns:
        rows in the file's order; `x` [num_rows, num_features], float32, as it stands (not
        standardised).

    Raises:
        ValueError: the content is another, a column is missing or has missing values, a feature
            is not a finite number, or an id is not unique.
    """
    content = Path(path).read_bytes() if Path(path).is_file() else None
    if content is None:
        raise ValueError(f"{path} is not a file")
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        raise ValueError(f"{path} has sha256 {found}, the study says {sha256}")
    try:
        table = pq.read_table(io.BytesIO(content), use_threads=False)
    except pa.ArrowException as error:
        raise ValueError(f"{path} is no Parquet file: {error}") from error
    known_columns(table, [*features, label, *(name for name in (domain, id) if name)])
    labels, classes = labels_of(table[label])
    ids = [f"row-{row:07d}" for row in range(len(labels))] if id is None else table[id].to_pylist()
    ids = [str(name) for name in ids]
    if len(set(ids)) < len(ids):
        raise ValueError(f"column {id!r} names {len(ids) - len(set(ids))} rows a second time")
    columns = {"id": pa.array(ids, pa.string()), "label": pa.array(labels)}
    if domain is not None:
        levels: list[Any] = table[domain].to_pylist()
        names = [domain_name(level) for level in levels]
        columns["domain"] = pa.array(names, pa.string())
    return Dataset(rows=pa.table(columns), tensors={"x": feature_tensor(table, features)}, classes=classes)
