"""What a loss is given and what it gives back."""

from collections.abc import Callable
from typing import Concatenate, Literal

import torch
from torch import Tensor

# From logits, [num_examples, num_classes], and labels, [num_examples], to losses, [num_examples], in
# nats, computed and returned in the loss's own precision. Every operation on the way is rounded to it.
Loss = Callable[Concatenate[Tensor, Tensor, ...], Tensor]

Precision = Literal["float16", "bfloat16", "float32", "float64"]


def dtype_of(precision: Precision) -> torch.dtype:
    """The dtype of a precision's name."""
    dtype = getattr(torch, precision)
    assert isinstance(dtype, torch.dtype)
    return dtype
