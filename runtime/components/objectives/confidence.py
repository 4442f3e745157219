"""Confidence: let a student trust itself against its supervisor."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import cross_entropy

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, either
from heldout.runtime.components.objectives.soft_labels import probabilities
from heldout.runtime.operator import logintegers, uniform


def hardened(logits: Tensor) -> Tensor:
    """What a student is sure of, as classes, [n], int64.

    Of two classes, half of the batch is in each: those with the larger margin in class 1. Of more
    classes, the most probable.

    Args:
        logits: [n, num_classes].
    """
    if logits.shape[1] != 2:
        return logits.argmax(1)
    margin = logits[:, 1] - logits[:, 0]
    return (margin > margin.sort().values[(len(margin) - 1) // 2]).long()


@component
def confidence(
    forward: Forward,
    batch: Batch,
    step: int,
    *,
    max_weight: Annotated[float, Field(ge=0.0, le=1.0), uniform(0.25, 0.75)] = 0.5,
    warm_up_steps: Annotated[int, Field(ge=1), logintegers(10, 1000)] = 100,
) -> Tensor:
    """The auxiliary confidence loss of weak-to-strong generalization.

    Burns et al. 2023, "Weak-to-Strong Generalization: Eliciting Strong Capabilities With Weak
    Supervision" (arXiv:2312.09390), section 4.3 and appendix A.4: (1 - a) CE(f, weak labels)
    + a CE(f, hardened f), where a rises linearly to its largest value over the first part of
    training, and the threshold that hardens makes the two classes equally frequent in a batch.
    Differs from the paper: of more than two classes, for which the paper gives no threshold, the
    most probable one is taken; warm-up is in steps rather than a fifth of all.

    Args:
        max_weight: a after the warm-up; 0 gives `soft-labels`.
        warm_up_steps: over which a rises from 0.

    Returns:
        shape [], nats.
    """
    logits = forward.logits(batch.x).flatten(0, 1)
    weak = cross_entropy(logits, probabilities(batch, logits.shape[1], logits))
    own = cross_entropy(logits, hardened(logits.detach()))
    weight: Tensor = max_weight * either(
        step >= warm_up_steps, torch.ones(()), torch.as_tensor(step / warm_up_steps)
    )
    return (1 - weight) * weak + weight * own
