"""Positions of rows: which rows of a base some data are, in which order."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

Positions = Sequence[int] | np.ndarray | Tensor


def positions_in(chosen: Positions, num_rows: int) -> np.ndarray:
    """Positions as int64, [num_chosen], counted from 0.

    Raises:
        IndexError: one is not among the rows, with its value; negative ones are none.
    """
    positions = np.asarray(chosen, dtype=np.int64).reshape(-1)
    if (
        len(positions)
        and not 0 <= (first := int(positions.min())) <= (last := int(positions.max())) < num_rows
    ):
        raise IndexError(f"there is no row {first if first < 0 else last} of {num_rows}, counted from 0")
    return positions


class Chosen:
    """Rows that are taken of data whose columns are themselves rows of their bases.

    Columns with one index have one index afterwards too: it is composed once, and kept once.
    """

    def __init__(self, positions: np.ndarray) -> None:
        self.positions = positions
        self._composed: dict[
            int, tuple[np.ndarray, np.ndarray]
        ] = {}  # keeps the old one, whose id is the key

    def of(self, index: np.ndarray | None) -> np.ndarray:
        """The positions in a base of the chosen ones of the rows at `index` of it; None is all rows."""
        if index is None:
            return self.positions
        if id(index) not in self._composed:
            self._composed[id(index)] = (index, index[self.positions])
        return self._composed[id(index)][1]
