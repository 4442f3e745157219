"""Minibatches of rows of tokens: which rows a step has, and how they are laid out for a network."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple, Protocol

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.asking.learnt_tokens import TokenRows
from heldout.runtime.randomness import numpy_stream, torch_stream


class Laid(NamedTuple):
    """Rows as a network reads them, side by side with padding on the right, or in one row, packed.

    Attributes:
        tokens: [batch, length], int64.
        learnt: which of them are predicted, [batch, length], bool; the first of a row never.
        places: of packed rows, where each token stands in its own row, [1, length]; None of padded ones.
    """

    tokens: Tensor
    learnt: Tensor
    places: Tensor | None


class StepRows(Protocol):
    """Which rows a step has: a function of the seed and the step alone."""

    def at(self, step: int) -> np.ndarray:
        """Numbers of the rows of a step, int64."""


@dataclass(frozen=True)
class Batching:
    """How minibatches are made of rows of tokens.

    Attributes:
        batch_size: rows in a minibatch.
        batch_tokens: in the place of `batch_size`, as many rows as have so many tokens at most.
        replacement: draw the rows of each minibatch with replacement, and not in epochs of permutations.
        pack: the rows of a minibatch stand in one, without padding, and do not see each other: places begin
            anew with each, from which transformers makes masks in blocks, or flash attention its lengths.
            Networks whose packed rows see each other (positions that are no input, such as BLOOM's) are
            refused: it is tried on two rows before the first step.
    """

    batch_size: Annotated[int, Field(ge=1)] = 64
    batch_tokens: Annotated[int, Field(ge=2)] | None = None
    replacement: bool = False
    pack: bool = False

    def rows(self, lengths: np.ndarray, seed: int) -> StepRows:
        """The rows of every step.

        Args:
            lengths: tokens of each row.
            seed: of the draws.

        Raises:
            ValueError: a row has more tokens than a batch may have, or such batches are to be drawn with
                replacement.
        """
        if not self.replacement:
            return RowBatches(lengths, self.batch_size, self.batch_tokens, seed)
        if self.batch_tokens is not None:
            raise ValueError("batches of `batch_tokens` come in epochs: leave out `replacement`")
        return DrawnRows(len(lengths), self.batch_size, seed)


IN_EPOCHS = Batching()


class DrawnRows:
    """Rows that are drawn with replacement, from one stream."""

    def __init__(self, num_rows: int, batch_size: int, seed: int) -> None:
        self._num_rows, self._size, self._seed = num_rows, batch_size, seed
        self._restart()

    def at(self, step: int) -> np.ndarray:
        if step < self._drawn - 1:
            self._restart()
        while self._drawn <= step:
            self._rows = torch.randint(self._num_rows, (self._size,), generator=self._stream).numpy()
            self._drawn += 1
        return self._rows

    def _restart(self) -> None:
        self._stream, self._drawn = torch_stream(self._seed, "minibatches"), 0
        self._rows = np.empty(0, dtype=np.int64)


class RowBatches:
    """The rows of each step: epochs of permutations, a function of the seed and the step alone.

    A batch has so many rows, or as many as come before its tokens are more than a bound. What an epoch has
    left over is a smaller batch of its own where batches are bounded by tokens, and is else not used.
    """

    def __init__(self, lengths: np.ndarray, batch_size: int, batch_tokens: int | None, seed: int) -> None:
        """
        Args:
            lengths: tokens of each row.
            batch_size: rows of a batch, where tokens do not say it; all rows where there are fewer.
            batch_tokens: tokens of a batch at most.
            seed: of the permutations.

        Raises:
            ValueError: a row has more tokens than a batch may have.
        """
        if batch_tokens is not None and (longest := int(lengths.max())) > batch_tokens:
            raise ValueError(
                f"a row has {longest} tokens and a batch {batch_tokens} at most; set `max_tokens`"
            )
        self._lengths, self._most, self._seed = lengths, batch_tokens, seed
        self._size = min(batch_size, len(lengths))
        self._epoch, self._first, self._batches = -1, 0, self._cut(np.arange(0))

    def at(self, step: int) -> np.ndarray:
        """Numbers of the rows of a step, int64."""
        if step < self._first:
            self._epoch, self._first, self._batches = -1, 0, []
        while step >= self._first + len(self._batches):
            self._first += len(self._batches)
            self._epoch += 1
            order = numpy_stream(self._seed, "minibatches", str(self._epoch)).permutation(len(self._lengths))
            self._batches = self._cut(order)
        return self._batches[step - self._first]

    def _cut(self, order: np.ndarray) -> list[np.ndarray]:
        if self._most is None:
            whole = len(order) // self._size * self._size
            return [order[start : start + self._size] for start in range(0, whole, self._size)]
        starts, held = [0], 0
        for place, length in enumerate(self._lengths[order].tolist()):
            if held and held + length > self._most:
                starts.append(place)
                held = 0
            held += length
        return np.split(order, starts[1:]) if len(order) else []


def laid(rows: TokenRows, numbers: np.ndarray, packed: bool, device: torch.device) -> Laid:
    """Some rows as a network reads them.

    Args:
        rows: all there are.
        numbers: of those that are meant.
        packed: in one row without padding, each with places of its own.
        device: where they are put.
    """
    parts = [rows.row(number) for number in numbers.tolist()]
    if packed:
        tokens = np.concatenate([one for one, _ in parts])[None]
        learnt = np.concatenate([one for _, one in parts])[None]
        where = np.concatenate([np.arange(len(one)) for one, _ in parts])[None]
        places = torch.from_numpy(where).to(device)
    else:
        longest = max(len(one) for one, _ in parts)
        tokens = np.zeros((len(parts), longest), dtype=np.int64)
        learnt = np.zeros((len(parts), longest), dtype=bool)
        for place, (one, marks) in enumerate(parts):
            tokens[place, : len(one)], learnt[place, : len(one)] = one, marks
        places = None
    return Laid(torch.from_numpy(tokens).long().to(device), torch.from_numpy(learnt).to(device), places)
