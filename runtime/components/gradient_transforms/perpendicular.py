"""Take from a gradient its part along the weights."""

import torch
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.gradient_transforms.contract import Tensors, Transformed


@component
def perpendicular(
    parameters: Tensors, gradients: Tensors, state: Tensors, *, keep_norm: bool = True
) -> Transformed:
    """The part of the gradient that is perpendicular to the weights (⊥Grad).

    Prieto et al. 2025, "Grokking at the Edge of Numerical Stability" (arXiv:2501.04697), section 5:
    g - (w·g / w·w) w. Where scaling the weights scales the logits, this is the gradient without the
    direction that lowers the loss by scaling alone.
    Differs from the paper: its equation is of all weights as one vector; here, as in the authors' code,
    each tensor is projected by itself and given back the length of its gradient (`keep_norm`).

    Args:
        parameters: the weights, by name.
        gradients: of the loss, by name.
        state: none is used.
        keep_norm: scale what is left to the length that the gradient had.

    Returns:
        gradients: by name, each perpendicular to its weights; one along them becomes zero.
        state: as it came.
    """
    return Transformed(
        {name: _project(w, gradients[name], keep_norm) for name, w in parameters.items()}, state
    )


def _project(weight: Tensor, gradient: Tensor, keep_norm: bool) -> Tensor:
    square = weight.square().sum()
    share = (weight * gradient).sum() / torch.where(square > 0, square, 1)
    rest = gradient - share * weight
    if not keep_norm:
        return rest
    length = rest.norm()
    return rest * torch.where(
        length > 0, gradient.norm() / length.clamp(min=torch.finfo(length.dtype).tiny), 0
    )
