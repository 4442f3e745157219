"""Minibatches in epochs of permutations."""

import torch
from torch import Tensor

from heldout.runtime.randomness import torch_stream


class Batches:
    """Positions of each step's examples: epochs of permutations, each drawn by the seed.

    A step's minibatch depends on the seed and the step alone, so a run that comes back needs no
    other memory of it. What an epoch has left over is not used, but where it is all there is.
    """

    def __init__(self, num_rows: int, batch_size: int, seed: int) -> None:
        if num_rows == 0:
            raise ValueError("there are no examples to train on")
        self._num_rows = num_rows
        self._size = min(batch_size, num_rows)
        self._seed = seed
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)

    @property
    def per_epoch(self) -> int:
        return self._num_rows // self._size

    def at(self, step: int) -> Tensor:
        """Positions, [batch_size], int64."""
        epoch, place = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            stream = torch_stream(self._seed, "minibatches", str(epoch))
            self._order, self._epoch = torch.randperm(self._num_rows, generator=stream), epoch
        return self._order[place * self._size : (place + 1) * self._size]
