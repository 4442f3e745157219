"""A network that turns inputs into features: what the networks of classifiers have in common."""

from typing import TYPE_CHECKING

from torch import Tensor, nn


class Featurizer(nn.Module):
    """From inputs, [batch, *shape], to features, [batch, num_features].

    Attributes:
        num_features: of one input.
    """

    num_features: int

    if TYPE_CHECKING:  # a module's call gives what `forward` gives; torch says Any

        def __call__(self, x: Tensor) -> Tensor: ...
