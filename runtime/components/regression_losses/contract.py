"""What a loss of regression is given and what it gives back."""

from collections.abc import Callable
from typing import Concatenate

from torch import Tensor

# From predictions and labels, both [..., num_outputs], to losses, [...]: the mean over the outputs.
RegressionLoss = Callable[Concatenate[Tensor, Tensor, ...], Tensor]
