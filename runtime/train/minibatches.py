"""Minibatches that hold equally many examples of every domain."""

import torch

from runtime.artifacts import Dataset
from runtime.objectives.contract import Batch


class DomainMinibatches:
    """Draws, with replacement, `batch_size` examples of each domain, as DomainBed's loaders do.

    The data lie on the device once, sorted by domain; a draw is one call of the generator.
    """

    def __init__(
        self, data: Dataset, batch_size: int, generator: torch.Generator, device: torch.device
    ) -> None:
        if len(data) == 0:
            raise ValueError("there are no examples to train on")
        names = data.domains if "domain" in data.rows.column_names else [""] * len(data)
        known = {name: number for number, name in enumerate(dict.fromkeys(names))}
        domain = torch.tensor([known[name] for name in names])
        order = torch.argsort(domain, stable=True)
        counts = torch.bincount(domain)
        self.num_domains = len(counts)
        self.generator = generator
        self._x = data.x[order].to(device)
        self._y = data.labels[order].to(device)
        self._counts = counts[:, None]
        self._offsets = (counts.cumsum(0) - counts)[:, None]
        self._shape = (self.num_domains, batch_size)

    def draw(self) -> Batch:
        """The next minibatch: x [num_domains, batch_size, ...], y [num_domains, batch_size]."""
        uniform = torch.rand(self._shape, generator=self.generator, dtype=torch.float64)
        index = (uniform * self._counts).long() + self._offsets
        index = index.to(self._x.device)
        return Batch(self._x[index], self._y[index])
