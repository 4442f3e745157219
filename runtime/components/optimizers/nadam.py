"""NAdam."""

import torch

from heldout.runtime.component import component
from heldout.runtime.components.optimizers.contract import Groups, NotNegative, Positive, Share


@component
def nadam(
    groups: Groups,
    learning_rate: float,
    weight_decay: float,
    fused: bool,
    *,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Positive = 1e-8,
    momentum_decay: NotNegative = 4e-3,
    decoupled: bool = False,
) -> torch.optim.Optimizer:
    """Adam with Nesterov's momentum.

    Dozat 2016, "Incorporating Nesterov Momentum into Adam" (ICLR workshop), algorithm 2.
    Differs from the paper: nothing.

    Args:
        groups: of parameters.
        learning_rate: of the first step.
        weight_decay: an L2 penalty: added to the gradient, or decoupled.
        fused: torch has no such kernel for it: it is not asked for.
        beta1: decay of the first moment.
        beta2: decay of the second moment.
        epsilon: added to the root of the second moment.
        momentum_decay: how fast the momentum nears its largest.
        decoupled: weight decay as AdamW has it.
    """
    return torch.optim.NAdam(
        groups,
        lr=learning_rate,
        weight_decay=weight_decay,
        betas=(beta1, beta2),
        eps=epsilon,
        momentum_decay=momentum_decay,
        decoupled_weight_decay=decoupled,
    )
