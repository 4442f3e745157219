"""RMSprop."""

import torch

from heldout.runtime.component import component
from heldout.runtime.components.optimizers.contract import Groups, Positive, Share


@component
def rmsprop(
    groups: Groups,
    learning_rate: float,
    weight_decay: float,
    fused: bool,
    *,
    alpha: Share = 0.99,
    epsilon: Positive = 1e-8,
    momentum: Share = 0.0,
    centered: bool = False,
) -> torch.optim.Optimizer:
    """Gradients divided by the root of a running mean of their squares.

    Tieleman & Hinton 2012, lecture 6.5 of "Neural Networks for Machine Learning".
    Differs from the lecture: epsilon is added after the root, as torch has it.

    Args:
        groups: of parameters.
        learning_rate: of the first step.
        weight_decay: an L2 penalty: added to the gradient.
        fused: torch has no such kernel for it: it is not asked for.
        alpha: decay of the mean of squares.
        epsilon: added to the root.
        momentum: part of the velocity that stays.
        centered: take the square of the running mean off.
    """
    return torch.optim.RMSprop(
        groups,
        lr=learning_rate,
        weight_decay=weight_decay,
        alpha=alpha,
        eps=epsilon,
        momentum=momentum,
        centered=centered,
    )
