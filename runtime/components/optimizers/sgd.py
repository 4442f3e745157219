"""Gradient descent."""

import torch

from heldout.runtime.component import component
from heldout.runtime.components.optimizers.contract import Groups, Share


@component
def sgd(
    groups: Groups,
    learning_rate: float,
    weight_decay: float,
    fused: bool,
    *,
    momentum: Share = 0.0,
    dampening: Share = 0.0,
    nesterov: bool = False,
) -> torch.optim.Optimizer:
    """Gradient descent on minibatches, with momentum if asked for.

    Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning" (ICML 28),
    section 2, as torch has it.
    Differs from the paper: the velocity is a sum of gradients, which the learning rate multiplies afterwards.

    Args:
        groups: of parameters.
        learning_rate: of the first step.
        weight_decay: an L2 penalty: added to the gradient.
        fused: use torch's kernel that updates all parameters at once.
        momentum: part of the velocity that stays.
        dampening: part of the gradient that does not enter the velocity.
        nesterov: take the gradient as if the velocity had moved the weights already.
    """
    return torch.optim.SGD(
        groups,
        lr=learning_rate,
        weight_decay=weight_decay,
        momentum=momentum,
        dampening=dampening,
        nesterov=nesterov,
        fused=fused or None,
    )
