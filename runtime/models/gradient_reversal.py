"""Gradient reversal: the identity, whose gradient has the other sign."""

from typing import Any

import torch
from torch import Tensor


class _ReverseGradient(torch.autograd.Function):
    generate_vmap_rule = True  # trained in stacks, models share one call of the function

    @staticmethod
    def forward(x: Tensor, scale: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(inputs[1])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (scale,) = ctx.saved_tensors
        return -scale * gradient, None


def reverse_gradient(x: Tensor, scale: float | Tensor) -> Tensor:
    """The identity whose gradient is multiplied by -scale.

    Ganin et al. 2016, "Domain-Adversarial Training of Neural Networks" (arXiv:1505.07818),
    section 4.2, the gradient reversal layer.
    Differs from the paper: nothing.
    """
    same: Tensor = _ReverseGradient.apply(x, torch.as_tensor(scale))  # type: ignore[no-untyped-call]
    return same
