"""What a gradient transform is given and what it gives back."""

from collections.abc import Callable, Mapping
from typing import Concatenate, NamedTuple

from torch import Tensor

Tensors = Mapping[str, Tensor]


class Transformed(NamedTuple):
    """What a transform returns.

    Attributes:
        gradients: by parameter name; the optimizer is given these.
        state: what the transform is handed again at the next step; empty at the first.
    """

    gradients: Tensors
    state: Tensors


# From parameters, gradients and state, each by name, to the gradients that the optimizer is given.
GradientTransform = Callable[Concatenate[Tensors, Tensors, Tensors, ...], Transformed]
