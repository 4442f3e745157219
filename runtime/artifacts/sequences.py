"""Sequences of unequal length, such as tokens, one after another and without padding."""

from collections.abc import Iterable, Sequence
from typing import Self, overload

import numpy as np
import torch
from torch import Tensor

from heldout.runtime.artifacts.positions import Chosen, Positions, positions_in
from heldout.runtime.artifacts.stored_file import StoredFile


class Sequences(Sequence[Tensor]):
    """One sequence a row: `sequences[3]` is the fourth row's, a view of [length] that must not be changed.

    A corpus of a billion tokens is one tensor, mapped from its file, and the offsets of its rows; a split is
    an index over it. Batches are made where they are used: `padded(positions)` for some rows side by side,
    `lengths` for samplers that put like lengths together or pack rows into blocks.

    Attributes:
        values: of all rows of the base, one after another, [num_values].
        offsets: where each row of the base begins, and where the last ends, [num_base_rows + 1], int64.
        positions: those of the rows in the base; None is all of them.
        source: the file that they are mapped from, if any.
    """

    def __init__(
        self,
        values: Tensor,
        offsets: Tensor,
        positions: np.ndarray | None = None,
        source: StoredFile | None = None,
    ) -> None:
        """Cut values into rows.

        Raises:
            ValueError: the offsets do not begin with 0, fall, or do not end with the number of values.
        """
        if values.dim() != 1 or offsets.dim() != 1 or offsets.dtype != torch.int64 or not len(offsets):
            raise ValueError(
                f"sequences are values [num_values] and offsets [num_rows + 1] of int64, not "
                f"{list(values.shape)} and {list(offsets.shape)} of {offsets.dtype}"
            )
        ends = offsets.numpy()
        if ends[0] != 0 or ends[-1] != len(values) or (np.diff(ends) < 0).any():
            raise ValueError(
                f"offsets of sequences rise from 0 to the number of values, {len(values)}; these go "
                f"from {ends[0]} to {ends[-1]}"
            )
        self._set(values, offsets, positions, source)

    def _set(
        self, values: Tensor, offsets: Tensor, positions: np.ndarray | None, source: StoredFile | None
    ) -> None:
        self.values, self.offsets, self.positions, self.source = values, offsets, positions, source

    @classmethod
    def of(cls, rows: Iterable[Sequence[int] | Tensor], dtype: torch.dtype = torch.int32) -> Self:
        """Sequences from lists or tensors, of which only one at a time need be there."""
        parts: list[Tensor] = []
        lengths = []
        for row in rows:
            parts.append(torch.as_tensor(row, dtype=dtype).reshape(-1))
            lengths.append(len(parts[-1]))
        values = torch.cat(parts) if parts else torch.empty(0, dtype=dtype)
        offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
        return cls(values, torch.from_numpy(offsets))

    @classmethod
    def joined(cls, parts: "Sequence[Sequences]") -> Self:
        """The rows of several, one after the other; a copy."""
        own = [part.compact() for part in parts]
        lengths = np.concatenate([[0], *(part.lengths for part in own)]).astype(np.int64)
        return cls(torch.cat([part.values for part in own]), torch.from_numpy(np.cumsum(lengths)))

    def __len__(self) -> int:
        return len(self.offsets) - 1 if self.positions is None else len(self.positions)

    @overload
    def __getitem__(self, position: int) -> Tensor: ...
    @overload
    def __getitem__(self, position: slice) -> "Sequences": ...
    def __getitem__(self, position: int | slice) -> "Tensor | Sequences":
        if isinstance(position, slice):
            return self.take(Chosen(np.arange(len(self), dtype=np.int64)[position]))
        row = range(len(self))[position]
        at = row if self.positions is None else int(self.positions[row])
        return self.values[int(self.offsets[at]) : int(self.offsets[at + 1])]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequences) or not np.array_equal(self.lengths, other.lengths):
            return False
        return all(torch.equal(one, two) for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Sequences({len(self)} rows of {self.values.dtype})"

    @property
    def lengths(self) -> np.ndarray:
        """Values of each row, [num_rows], int64."""
        lengths = np.diff(self.offsets.numpy())
        return lengths if self.positions is None else lengths[self.positions]

    @property
    def nbytes(self) -> int:
        """What the rows take."""
        return int(self.lengths.sum()) * self.values.element_size() + 8 * (len(self) + 1)

    @property
    def held(self) -> tuple[Tensor, ...]:
        """The tensors there are."""
        return (self.values, self.offsets)

    def take(self, chosen: Chosen) -> "Sequences":
        """Rows of these rows; nothing is copied."""
        taken = object.__new__(type(self))
        taken._set(self.values, self.offsets, chosen.of(self.positions), self.source)
        return taken

    def padded(self, positions: Positions, padding: int = 0, longest: int | None = None) -> Tensor:
        """Some rows side by side, padded on the right, [len(positions), length of the longest].

        Args:
            positions: of the rows.
            padding: what stands after a row's end.
            longest: values of a row that are kept, at most; those after it are cut.

        Raises:
            IndexError: there is no such row.
        """
        rows = [self[int(at)][:longest] for at in positions_in(positions, len(self))]
        wide = max(map(len, rows), default=0)
        found = torch.full((len(rows), wide), padding, dtype=self.values.dtype)
        for place, row in enumerate(rows):
            found[place, : len(row)] = row
        return found

    def compact(self) -> "Sequences":
        """The same rows with values of their own alone, and in no file."""
        if self.positions is None:
            return Sequences(self.values, self.offsets)
        return Sequences.of(self, self.values.dtype)

    def masked(self, hidden: "Sequences") -> "Sequences":
        """The same rows with 0 where a mask of the same lengths says so; a copy.

        Raises:
            ValueError: the lengths differ.
        """
        if not np.array_equal(self.lengths, hidden.lengths):
            raise ValueError("the mask of sequences has other lengths than they have")
        own, mask = self.compact(), hidden.compact()
        return Sequences(own.values.masked_fill(mask.values.bool(), 0), own.offsets)
