"""Values of one stage beside rows of another, by their ids."""

from collections.abc import Sequence

import numpy as np

from heldout.runtime.artifacts import Dataset


def values_by_id(data: Dataset, column: str, ids: Sequence[str]) -> np.ndarray:
    """A column's values for these ids, [len(ids)], float64.

    Raises:
        ValueError: there is no such column, an id has no row, or a value is no finite number.
    """
    if column not in data.rows.column_names:
        raise ValueError(f"there is no column {column!r}; there are {', '.join(data.rows.column_names)}")
    known = dict(zip(data.rows["id"].to_pylist(), data.rows[column].to_pylist(), strict=True))
    if missing := [name for name in ids if name not in known]:
        raise ValueError(f"{len(missing)} of {len(ids)} rows have no {column}: {missing[0]}, …")
    values = np.asarray([known[name] for name in ids], dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"{(~np.isfinite(values)).sum()} values of {column} are not finite")
    return values
