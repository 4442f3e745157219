"""AdamW."""

import torch

from heldout.runtime.component import component
from heldout.runtime.components.optimizers.contract import Groups, Positive, Share


@component
def adamw(
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
    """Adam whose weight decay is apart from the gradient.

    Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization" (arXiv:1711.05101), algorithm 2.
    Differs from the paper: the decay is multiplied by the learning rate, as torch has it.

    Args:
        groups: of parameters.
        learning_rate: of the first step.
        weight_decay: decoupled: weights shrink by its product with the learning rate.
        fused: use torch's kernel that updates all parameters at once.
        beta1: decay of the first moment.
        beta2: decay of the second moment.
        epsilon: added to the root of the second moment.
        amsgrad: divide by the largest second moment so far (Reddi et al. 2018).
    """
    return torch.optim.AdamW(
        groups,
        lr=learning_rate,
        weight_decay=weight_decay,
        betas=(beta1, beta2),
        eps=epsilon,
        amsgrad=amsgrad,
        fused=fused or None,
    )
