"""Files that other tools read: CSV that a spreadsheet opens safely, and Parquet."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import write_csv

from heldout.runtime.artifacts.columns import write_columns
from heldout.runtime.files import beside
from heldout.runtime.results.levels import Axis

# A spreadsheet takes text that begins so for a formula; some pass over space before the sign, and some take
# the full-width signs of East Asian keyboards for the others.
FORMULA = r"^[\s\p{Z}\p{C}]*[=+\-@\t\r\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"


def write_both(table: pa.Table, path: Path) -> None:
    """Write PATH.csv and PATH.parquet; the same table gives the same bytes."""
    with beside(path.with_suffix(".parquet")) as unfinished:
        write_columns(table, unfinished)
    with beside(path.with_suffix(".csv")) as unfinished:
        write_csv(without_formulas(table), unfinished)


def without_formulas(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before every text that a spreadsheet would compute."""
    for number, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            column = table.column(number)
            risky = pc.match_substring_regex(column, FORMULA).fill_null(False)
            marked = pc.binary_join_element_wise("'", column, "")  # type: ignore[call-overload] # stubs know no mix
            safe = pc.if_else(risky, marked, column)
            table = table.set_column(number, field, safe)
    return table.rename_columns([f"'{name}" if name[:1] in "=+-@" else name for name in table.column_names])


def level_column(axis: Axis, positions: Sequence[int | None] | np.ndarray) -> "pa.Array[Any]":
    """The levels at these positions of an axis; null where the position is None."""
    return axis.array().take(pa.array(positions, pa.int64()))
