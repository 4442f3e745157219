"""Inputs of a run's minibatches, step by step: from one tensor on the device, or read ahead."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.loading.examples import Draw, Examples
from heldout.runtime.loading.in_order import lies_in_memory
from heldout.runtime.loading.loader import load


class ReadAhead:
    """Minibatches that are read as they are needed, in the order of the steps.

    What is drawn for an example is a function of the seed, the step and the row: a run goes on from any step.
    """

    def __init__(
        self,
        examples: Examples,
        draws: Callable[[int], list[Draw]],
        *,
        steps: int,
        device: torch.device,
        workers: int,
    ) -> None:
        """Nothing is read yet.

        Args:
            examples: to read.
            draws: which come together at a step.
            steps: after which none is read ahead.
            device: to which they go.
            workers: processes that read ahead.
        """
        self._examples, self._draws = examples, draws
        self._steps, self._device, self._workers = steps, device, workers
        self._read: Iterator[Tensor] = iter(())
        self._next: int | None = None

    def at(self, step: int) -> Tensor:
        """The inputs of a step, [batch, ...]; those of the next one are read without waiting to be asked.

        Raises:
            ValueError: an example cannot be read; the row is named.
            RuntimeError: a worker ended.
        """
        if step != self._next:
            ahead = (self._draws(later) for later in range(step, max(self._steps, step + 1)))
            self._read = load(self._examples, ahead, self._device, self._workers)
        inputs = next(self._read)
        self._next = step + 1
        if self._next >= self._steps:
            self._read = iter(())  # nothing is ahead: workers end now
        return inputs


def inputs_by_step(
    data: Dataset,
    transforms: Transforms,
    rows: Callable[[int], Tensor],
    *,
    seed: int,
    steps: int,
    device: torch.device,
    workers: int,
) -> Callable[[int], Tensor]:
    """From a step to the inputs of its minibatch, [batch, ...], on the device.

    Small inputs of one shape that nothing is done to lie there as one tensor; others are read ahead.

    Args:
        data: with a tensor `x`, or encoded pictures.
        transforms: of each picture, in order.
        rows: the positions of a step's examples, [batch], int64; none stands there twice.
        seed: of what is drawn for each.
        steps: after which none is read ahead.
        device: to which they go.
        workers: processes that read ahead.
    """
    if lies_in_memory(data, transforms):
        inputs = data.x.to(device)
        return lambda step: inputs[rows(step).to(device)]
    ahead = ReadAhead(
        Examples(data, transforms, seed),
        lambda step: [Draw(step, row) for row in rows(step).tolist()],
        steps=steps,
        device=device,
        workers=workers,
    )
    return ahead.at
