"""A multilayer perceptron."""

import itertools
import math
from typing import Annotated

from pydantic import Field
from torch import nn

from heldout.runtime.component import component
from heldout.runtime.models.featurizer import Featurizer


class _MLP(nn.Sequential, Featurizer):
    pass


@component
def mlp(
    shape: tuple[int, ...],
    *,
    width: Annotated[int, Field(ge=1)] = 256,
    depth: Annotated[int, Field(ge=0)] = 2,
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0,
) -> Featurizer:
    """Fully connected layers with ReLU on the flattened input.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    appendix D: DomainBed's MLP featurizer.
    Differs from the paper: `depth` counts the hidden layers that make the features.

    Args:
        width: units of each hidden layer.
        depth: number of hidden layers; 0 gives the flattened input itself.
        dropout: probability of dropping a unit after each hidden layer.
    """
    sizes = [math.prod(shape)] + [width] * depth
    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in itertools.pairwise(sizes):
        layers += [nn.Linear(before, after), nn.ReLU()]
        if dropout:
            layers.append(nn.Dropout(dropout))
    network = _MLP(*layers)
    network.num_features = sizes[-1]
    return network
