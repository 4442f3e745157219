"""No features of its own: the classifier's head sees the input."""

import math

from torch import nn

from heldout.runtime.component import component
from heldout.runtime.models.featurizer import Featurizer


class _Linear(nn.Flatten, Featurizer):
    pass


@component
def linear(shape: tuple[int, ...]) -> Featurizer:
    """The flattened input, so that the classifier is a linear one (multinomial logistic regression).

    McCullagh & Nelder 1989, "Generalized Linear Models", section 5.2.
    Differs from the paper: nothing; weights have no penalty but that of the optimizer.
    """
    network = _Linear()
    network.num_features = math.prod(shape)
    return network
