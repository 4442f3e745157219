"""RAdam."""

import torch

from heldout.runtime.component import component
from heldout.runtime.components.optimizers.contract import Groups, Positive, Share


@component
def radam(
    groups: Groups,
    learning_rate: float,
    weight_decay: float,
    fused: bool,
    *,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Positive = 1e-8,
    decoupled: bool = False,
) -> torch.optim.Optimizer:
    """Adam whose first steps are without the second moment, as long as too little is known of it.

    Liu et al. 2020, "On the Variance of the Adaptive Learning Rate and Beyond" (arXiv:1908.03265),
    algorithm 2.
    Differs from the paper: nothing.

    Args:
        groups: of parameters.
        learning_rate: of the first step.
        weight_decay: an L2 penalty: added to the gradient, or decoupled.
        fused: torch has no such kernel for it: it is not asked for.
        beta1: decay of the first moment.
        beta2: decay of the second moment.
        epsilon: added to the root of the second moment.
        decoupled: weight decay as AdamW has it.
    """
    return torch.optim.RAdam(
        groups,
        lr=learning_rate,
        weight_decay=weight_decay,
        betas=(beta1, beta2),
        eps=epsilon,
        decoupled_weight_decay=decoupled,
    )
