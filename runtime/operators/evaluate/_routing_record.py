"""Where a router sent the tokens of each example."""

import torch
from torch import Tensor

from heldout.runtime.language.sequence_pairs import SequencePairs
from heldout.runtime.language.token_places import real_tokens


class RoutingRecord:
    """Means over the real tokens of all modules, for each example of a batch."""

    def __init__(self, pairs: SequencePairs, members: int) -> None:
        self._pairs = pairs
        rows, device = len(pairs.inputs), pairs.inputs.device
        self._weights = torch.zeros(rows, members, dtype=torch.float64, device=device)
        self._entropy = torch.zeros(rows, dtype=torch.float64, device=device)
        self._count = torch.zeros(rows, dtype=torch.float64, device=device)

    def add(self, module: str, weights: Tensor) -> None:
        """One call of a module.

        Args:
            module: its name.
            weights: [batch, length, members].
        """
        real = real_tokens(module, self._pairs)
        weights = weights.double() * real[..., None]
        self._weights += weights.sum(1)
        self._entropy += torch.special.entr(weights).sum((1, 2))
        self._count += real.sum(1)

    def weights(self) -> Tensor:
        """The mean weight of each member, [batch, members]."""
        return self._weights / self._count[:, None]

    def entropy(self) -> Tensor:
        """The mean entropy of a token's weights, [batch], nats."""
        return self._entropy / self._count
