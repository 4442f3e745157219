"""Adafactor."""

from typing import Annotated

import torch
from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.optimizers.contract import Groups, Positive


@component
def adafactor(
    groups: Groups,
    learning_rate: float,
    weight_decay: float,
    fused: bool,
    *,
    beta2_decay: Annotated[float, Field(le=0)] = -0.8,
    epsilon: Positive = 1e-3,
    threshold: Positive = 1.0,
) -> torch.optim.Optimizer:
    """Adam without its memory: of a matrix, the second moment is kept by row and column.

    Shazeer & Stern 2018, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost" (arXiv:1804.04235),
    algorithms 4 and 5, as torch has it.
    Differs from the paper: the learning rate is the study's, and the relative step its upper bound.

    Args:
        groups: of parameters.
        learning_rate: of the first step.
        weight_decay: decoupled: weights shrink by its product with the learning rate.
        fused: torch has no such kernel for it: it is not asked for.
        beta2_decay: exponent of the step in the decay of the second moment.
        epsilon: smallest size of weights that the rate is relative to.
        threshold: root mean square to which an update is clipped.
    """
    return torch.optim.Adafactor(
        groups,
        lr=learning_rate,
        weight_decay=weight_decay,
        beta2_decay=beta2_decay,
        eps=(None, epsilon),
        d=threshold,
    )
