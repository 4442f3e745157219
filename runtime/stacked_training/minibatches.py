"""The minibatches of a stack, gathered at once."""

from collections.abc import Sequence

import torch

from heldout.runtime.classifier_training.minibatches import DomainMinibatches
from heldout.runtime.components.objectives.contract import Batch


class StackedMinibatches:
    """Each member's own minibatches, drawn from its own generator as if it were alone.

    Examples that members share lie on the device once.
    """

    def __init__(self, members: Sequence[DomainMinibatches]) -> None:
        distinct = list({id(member.examples): member.examples for member in members}.values())
        first = dict(zip(map(id, distinct), _starts([len(e.x) for e in distinct]), strict=True))
        alone = len(distinct) == 1
        self._x = distinct[0].x if alone else torch.cat([examples.x for examples in distinct])
        self._y = distinct[0].y if alone else torch.cat([examples.y for examples in distinct])
        soft = [examples.targets for examples in distinct if examples.targets is not None]
        self._targets = (soft[0] if alone else torch.cat(soft)) if soft else None
        self._counts = torch.stack([member.examples.counts for member in members])
        self._offsets = torch.stack(
            [member.examples.offsets + first[id(member.examples)] for member in members]
        )
        self._generators = [member.generator for member in members]
        self._uniform = torch.empty((len(members), *members[0].shape), dtype=torch.float64)

    def draw(self) -> Batch:
        """The next minibatches: x [members, num_domains, batch_size, ...], y without the rest."""
        for row, generator in zip(self._uniform, self._generators, strict=True):
            row.uniform_(generator=generator)
        index = ((self._uniform * self._counts).long() + self._offsets).to(self._x.device)
        targets = None if self._targets is None else self._targets[index]
        return Batch(self._x[index], self._y[index], targets)


def _starts(lengths: Sequence[int]) -> list[int]:
    return [sum(lengths[:position]) for position in range(len(lengths))]
