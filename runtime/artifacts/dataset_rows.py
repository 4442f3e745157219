"""The rows of a dataset: a table, or some rows of one, of which only columns that are asked for are taken."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts.positions import Chosen
from heldout.runtime.artifacts.stored_file import StoredFile


class TakenRows:
    """Some rows of a table, which may be mapped from a file.

    Attributes:
        base: the table.
        positions: those in it; None is all of it.
        source: the file that holds exactly the base's columns, if any: one with more is none, since what is
            hidden of data is not written beside them.
    """

    def __init__(
        self, base: pa.Table, positions: np.ndarray | None = None, source: StoredFile | None = None
    ) -> None:
        self.base, self.positions, self.source = base, positions, source

    def __len__(self) -> int:
        return self.base.num_rows if self.positions is None else len(self.positions)

    @property
    def nbytes(self) -> int:
        """What the rows take, taken or not, where those of the base are alike."""
        return self.base.nbytes * len(self) // max(self.base.num_rows, 1)

    def table(self) -> pa.Table:
        """The rows as a table of their own."""
        return self.base if self.positions is None else self.base.take(pa.array(self.positions))

    def column(self, name: str) -> "pa.ChunkedArray[Any]":
        """One column of the rows.

        Raises:
            KeyError: there is none.
        """
        column = self.base.column(name)
        return column if self.positions is None else column.take(pa.array(self.positions))

    def take(self, chosen: Chosen) -> "TakenRows":
        """Rows of these rows; nothing is copied."""
        return TakenRows(self.base, chosen.of(self.positions), self.source)

    def select(self, names: Sequence[str]) -> "TakenRows":
        """Some columns of the rows."""
        same = list(names) == self.base.column_names
        return self if same else TakenRows(self.base.select(list(names)), self.positions)
