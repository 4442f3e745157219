"""Minibatches that hold equally many examples of every domain."""

from typing import NamedTuple

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset
from heldout.runtime.components.objectives.contract import Batch


class DomainExamples(NamedTuple):
    """Labelled examples on the device, sorted by domain.

    Attributes:
        x: [num_examples, ...].
        y: [num_examples], int64.
        counts: of each domain's examples, [num_domains, 1], int64, on the CPU.
        offsets: of each domain's first example, [num_domains, 1], int64, on the CPU.
        targets: soft labels, [num_examples, num_classes]; None where the data have none.
    """

    x: Tensor
    y: Tensor
    counts: Tensor
    offsets: Tensor
    targets: Tensor | None = None


def examples_by_domain(data: Dataset, device: torch.device, labels: Tensor | None = None) -> DomainExamples:
    """Bring data to the device; without a column `domain` they are one domain.

    Args:
        data: the examples.
        device: to which they go.
        labels: of the rows, [num_rows, ...], where they are not the data's own classes.

    Raises:
        ValueError: there are no examples, or they have no labels.
    """
    order, counts, offsets = rows_by_domain(data)
    targets = data.tensors.get("targets")
    return DomainExamples(
        data.x[order].to(device),
        (data.labels if labels is None else labels)[order].to(device),
        counts,
        offsets,
        None if targets is None else targets[order].to(device),
    )


def rows_by_domain(data: Dataset) -> tuple[Tensor, Tensor, Tensor]:
    """The rows of data, sorted by domain, [num_rows], and of each domain its count and its first place there.

    Counts and first places are [num_domains, 1]; all are int64.

    Raises:
        ValueError: there are no examples.
    """
    if len(data) == 0:
        raise ValueError("there are no examples to train on")
    names = data.domains if "domain" in data.column_names else [""] * len(data)
    known = {name: number for number, name in enumerate(dict.fromkeys(names))}
    domain = torch.tensor([known[name] for name in names])
    counts = torch.bincount(domain)
    return torch.argsort(domain, stable=True), counts[:, None], (counts.cumsum(0) - counts)[:, None]


class DomainMinibatches:
    """Draws, with replacement, `batch_size` examples of each domain, as DomainBed's loaders do.

    A draw is one call of the generator.
    """

    def __init__(self, examples: DomainExamples, batch_size: int, generator: torch.Generator) -> None:
        self.examples = examples
        self.num_domains = len(examples.counts)
        self.shape = (self.num_domains, batch_size)
        self.generator = generator

    def draw(self, step: int | None = None) -> Batch:
        """The next one, whatever the step: x [num_domains, batch_size, ...], y [num_domains, batch_size]."""
        x, y, counts, offsets, targets = self.examples
        uniform = torch.rand(self.shape, generator=self.generator, dtype=torch.float64)
        index = ((uniform * counts).long() + offsets).to(x.device)
        return Batch(x[index], y[index], None if targets is None else targets[index])
