"""Adagrad."""

import torch

from heldout.runtime.component import component
from heldout.runtime.components.optimizers.contract import Groups, NotNegative, Positive


@component
def adagrad(
    groups: Groups,
    learning_rate: float,
    weight_decay: float,
    fused: bool,
    *,
    rate_decay: NotNegative = 0.0,
    initial: NotNegative = 0.0,
    epsilon: Positive = 1e-10,
) -> torch.optim.Optimizer:
    """Gradients divided by the root of the sum of all their squares so far.

    Duchi et al. 2011, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization"
    (JMLR 12), figure 1.
    Differs from the paper: nothing.

    Args:
        groups: of parameters.
        learning_rate: of the first step.
        weight_decay: an L2 penalty: added to the gradient.
        fused: use torch's kernel that updates all parameters at once.
        rate_decay: the rate of step t is divided by 1 + t times this.
        initial: that the sums begin with.
        epsilon: added to the root.
    """
    return torch.optim.Adagrad(
        groups,
        lr=learning_rate,
        weight_decay=weight_decay,
        lr_decay=rate_decay,
        initial_accumulator_value=initial,
        eps=epsilon,
        fused=fused or None,
    )
