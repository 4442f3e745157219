"""Minibatches whose inputs are read, decoded and transformed as they are needed."""

from collections import Counter

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset
from heldout.runtime.classifier_training.minibatches import rows_by_domain
from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.loading.by_step import ReadAhead
from heldout.runtime.loading.examples import Draw, Examples
from heldout.runtime.randomness import torch_stream


class LoadedMinibatches:
    """Draws, with replacement, `batch_size` examples of each domain, as `DomainMinibatches` does.

    Which they are is a function of the seed and the step, and what is drawn for each of them one of the seed,
    the step and the row: any number of workers gives the same bits, and a run goes on from a step.

    Attributes:
        num_domains: of the data.
        shape: of a minibatch's labels, [num_domains, batch_size].
        generator: kept beside the step by what keeps the state of a run; nothing is drawn from it.
    """

    def __init__(
        self,
        data: Dataset,
        labels: Tensor,
        transforms: Transforms,
        batch_size: int,
        *,
        seed: int,
        steps: int,
        workers: int,
        device: torch.device,
    ) -> None:
        """Over labelled examples.

        Args:
            data: whose column `domain` says which domain each row is of.
            labels: of its rows, [num_rows, ...].
            transforms: of each picture, in order.
            batch_size: examples of each domain.
            seed: of all draws.
            steps: after which none is read ahead.
            workers: processes that read ahead.
            device: to which minibatches go.

        Raises:
            ValueError: there are no examples.
        """
        self._order, self._counts, self._offsets = rows_by_domain(data)
        self._labels, self._targets = labels, data.tensors.get("targets")
        self._seed, self._device = seed, device
        examples = Examples(data, transforms, seed)
        self._inputs = ReadAhead(examples, self._draws, steps=steps, device=device, workers=workers)
        self.num_domains = len(self._counts)
        self.shape = (self.num_domains, batch_size)
        self.generator = torch_stream(seed, "minibatches")

    def draw(self, step: int) -> Batch:
        """The minibatch of a step: x [num_domains, batch_size, ...], y [num_domains, batch_size].

        Raises:
            ValueError: an example cannot be read; the row is named.
            RuntimeError: a worker ended.
        """
        x = self._inputs.at(step)
        rows = self.rows(step)
        y = self._labels[rows].to(self._device, non_blocking=True)
        targets = None if self._targets is None else self._targets[rows].to(self._device)
        return Batch(x.view(*self.shape, *x.shape[1:]), y, targets)

    def rows(self, step: int) -> Tensor:
        """Which rows come at a step, [num_domains, batch_size], int64."""
        generator = torch_stream(self._seed, "minibatches", str(step))
        uniform = torch.rand(self.shape, generator=generator, dtype=torch.float64)
        return self._order[(uniform * self._counts).long() + self._offsets]

    def _draws(self, step: int) -> list[Draw]:
        before: Counter[int] = Counter()
        found = []
        for row in self.rows(step).flatten().tolist():
            found.append(Draw(step, row, before[row]))
            before[row] += 1
        return found
