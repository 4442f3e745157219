"""Adam."""

import torch

from heldout.runtime.component import component
from heldout.runtime.components.optimizers.contract import Groups, Positive, Share


@component
def adam(
    groups: Groups,
    learning_rate: float,
    weight_decay: float,
    fused: bool,
    *,
    beta1: Share = 0.9,
    beta2: Share = 0.999,
    epsilon: Positive = 1e-8,
    amsgrad: bool = False,
) -> torch.optim.Optimizer:
    """Steps of one size, by running moments of the gradient.

    Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization" (arXiv:1412.6980), algorithm 1.
    Differs from the paper: weight decay, which it has not.

    Args:
        groups: of parameters.
        learning_rate: of the first step.
        weight_decay: an L2 penalty: added to the gradient.
        fused: use torch's kernel that updates all parameters at once.
        beta1: decay of the first moment.
        beta2: decay of the second moment.
        epsilon: added to the root of the second moment.
        amsgrad: divide by the largest second moment so far (Reddi et al. 2018).
    """
    return torch.optim.Adam(
        groups,
        lr=learning_rate,
        weight_decay=weight_decay,
        betas=(beta1, beta2),
        eps=epsilon,
        amsgrad=amsgrad,
        fused=fused or None,
    )
