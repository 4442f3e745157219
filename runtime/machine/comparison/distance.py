"""How far two artifacts are from each other, in the numbers that they hold."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from heldout.runtime.artifacts import Artifact, Table
from heldout.runtime.artifacts.parts import parts

FAR = float("inf")


class Distance(NamedTuple):
    """The largest distance of two numbers, and where it is.

    Attributes:
        size: |x - y| / max(1, |x|, |y|); infinite where no number is as far: another shape, another
            text, NaN beside a number.
        where: in words, with both numbers where the artifacts are tables.
    """

    size: float
    where: str = ""


SAME = Distance(0.0)


def distance(kept: Artifact, made: Artifact) -> Distance:
    """The distance of what was kept and what was made now.

    Args:
        kept: the artifact that was kept.
        made: the one that stands beside it, of any kind.
    """
    if type(kept) is not type(made):
        return Distance(FAR, f"{type(kept).__name__} was kept, {type(made).__name__} was made")
    if isinstance(kept, Table) and isinstance(made, Table):
        return _of_tables(kept.rows, made.rows)
    return _of_mappings("", parts(kept) or {}, parts(made) or {})


def _of_tables(kept: pa.Table, made: pa.Table) -> Distance:
    """The distance of two tables' values, in the first metric where it is the largest."""
    others = [name for name in kept.column_names if name != "value"]
    if kept.column_names != made.column_names or kept.select(others) != made.select(others):
        return Distance(FAR, "the tables have other rows")
    x, y = (table["value"].to_numpy() for table in (kept, made))
    sizes = _sizes(x, y)
    if not len(sizes) or not sizes.max():
        return SAME
    worst = int(sizes.argmax())
    row = {name: kept[name][worst].as_py() for name in others}
    at = "".join(f", {name} {value}" for name, value in row.items() if name != "metric" and value is not None)
    return Distance(float(sizes[worst]), f"{row['metric']}{at}: {x[worst]:.9g} was kept, {y[worst]:.9g} made")


def _of_values(name: str, kept: Any, made: Any) -> Distance:
    """The distance of two values of artifacts: of their numbers where tables, tensors or arrays hold them."""
    if type(kept) is not type(made):
        return Distance(FAR, name)
    if isinstance(kept, pa.Table):
        return _of_columns(kept, made)
    if isinstance(kept, Tensor):
        return _of_tensors(name, kept, made)
    if isinstance(kept, np.ndarray):
        return _of_arrays(name, kept, made)
    if isinstance(kept, Mapping) and any(isinstance(value, Tensor | np.ndarray) for value in kept.values()):
        return _of_mappings(name, kept, made)
    if isinstance(kept, list | tuple) and len(kept) == len(made):
        pairs = zip(kept, made, strict=True)
        return max((_of_values(name, *pair) for pair in pairs), default=SAME)
    return SAME if kept == made else Distance(FAR, name)


def _of_mappings(name: str, kept: Mapping[str, Any], made: Mapping[str, Any]) -> Distance:
    if kept.keys() != made.keys():
        return Distance(FAR, f"{name} has other names" if name else "other names")
    return max((_of_values(key, kept[key], made[key]) for key in kept), default=SAME)


def _of_columns(kept: pa.Table, made: pa.Table) -> Distance:
    if kept.schema.types != made.schema.types or kept.column_names != made.column_names:
        return Distance(FAR, "the rows have other columns")
    if len(kept) != len(made):
        return Distance(FAR, f"{len(kept):,} rows were kept, {len(made):,} made")
    return max((_of_column(name, kept[name], made[name]) for name in kept.column_names), default=SAME)


def _of_column(name: str, kept: "pa.ChunkedArray[Any]", made: "pa.ChunkedArray[Any]") -> Distance:
    x: Any = kept.combine_chunks()
    y: Any = made.combine_chunks()
    if pa.types.is_list(x.type) or pa.types.is_fixed_size_list(x.type):
        if [len(row) if row is not None else None for row in x.to_pylist()] != [
            len(row) if row is not None else None for row in y.to_pylist()
        ]:
            return Distance(FAR, name)
        x, y = x.flatten(), y.flatten()
    if not pa.types.is_floating(x.type):  # a label is another label, however near its number is
        return SAME if x.equals(y) else Distance(FAR, name)
    return _largest(name, x.to_numpy(zero_copy_only=False), y.to_numpy(zero_copy_only=False))


def _of_tensors(name: str, kept: Tensor, made: Tensor) -> Distance:
    if kept.shape != made.shape or kept.dtype != made.dtype:
        return Distance(FAR, name)
    if not kept.is_floating_point():
        return SAME if torch.equal(kept, made) else Distance(FAR, name)
    return _largest(name, kept.double().numpy().ravel(), made.double().numpy().ravel())


def _of_arrays(name: str, kept: np.ndarray, made: np.ndarray) -> Distance:
    if kept.shape != made.shape or kept.dtype != made.dtype:
        return Distance(FAR, name)
    if not np.issubdtype(kept.dtype, np.floating):
        return SAME if np.array_equal(kept, made) else Distance(FAR, name)
    return _largest(name, kept.ravel(), made.ravel())


def _largest(name: str, x: np.ndarray, y: np.ndarray) -> Distance:
    size = float(_sizes(x, y).max(initial=0.0))
    return Distance(size, name) if size else SAME


def _sizes(x: np.ndarray, y: Sequence[float] | np.ndarray) -> np.ndarray:
    """|x - y| / max(1, |x|, |y|), infinite where only one of them is finite; NaN is the same as NaN."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    with np.errstate(invalid="ignore", over="ignore"):
        sizes = np.abs(x - y) / np.maximum(1.0, np.maximum(np.abs(x), np.abs(y)))
    return np.where(same, 0.0, np.where(np.isfinite(sizes), sizes, FAR))
