"""CDANN: features from which no discriminator can tell the domain, given the class."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Sizes, is_left_out, with_auxiliary
from heldout.runtime.components.objectives.dann import (
    domain_discriminator,
    domain_losses,
    input_gradient_penalty,
)
from heldout.runtime.models.gradient_reversal import reverse_gradient
from heldout.runtime.operator import loguniform
from heldout.runtime.training.risks import domain_risks


def _conditional_discriminator(sizes: Sizes) -> dict[str, nn.Module]:
    embedding = nn.Embedding(sizes.num_classes, sizes.num_features)
    return domain_discriminator(sizes) | {"class_embedding": embedding}


def class_balance(y: Tensor, num_classes: int) -> Tensor:
    """Weights that give every class of a batch the same total, 1 / num_classes.

    Args:
        y: [num_domains, batch_size].

    Returns:
        [num_domains, batch_size]; they sum to 1 where every class is in the batch.
    """
    counts = (y.flatten()[:, None] == torch.arange(num_classes, device=y.device)).sum(0)
    return 1 / (counts[y] * num_classes)


@with_auxiliary(_conditional_discriminator)
@component
def cdann(
    forward: Forward,
    batch: Batch,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-2, 1e2)] = 1.0,
    gradient_penalty: Annotated[float, Field(ge=0), loguniform(1e-2, 1e1)] = 0.0,
) -> Tensor:
    """Conditional domain-adversarial training: the discriminator is told the class.

    Li et al. 2018, "Deep Domain Generalization via Conditional Invariant Adversarial Networks"
    (ECCV), in DomainBed's form (arXiv:2007.01434).
    Differs from the paper: one discriminator on the features plus a learned embedding of the
    class, with classes weighted equally, in the place of one discriminator per class and a
    class-prior-normalised one. Differs from DomainBed as `dann` does (see there for the choice of
    the optimizer); and the classes that the weights count are all of the data's, not those up to
    the highest label of the batch.

    Args:
        penalty: lambda, the strength of the reversed gradient.
        gradient_penalty: weight of the squared gradient of the discriminator's loss in its
            input; 0 leaves it out.

    Returns:
        the mean risk plus the discriminator's weighted loss, shape [], nats.
    """
    features = forward.features(batch.x)
    logits = forward.classify(features)
    risk = domain_risks(logits, batch.y).mean()
    inputs = reverse_gradient(features, penalty) + forward.auxiliary("class_embedding", batch.y)
    losses = domain_losses(forward.auxiliary("discriminator", inputs))
    loss = risk + (class_balance(batch.y, logits.shape[-1]) * losses).sum()
    if not is_left_out(gradient_penalty):
        loss = loss + gradient_penalty * input_gradient_penalty(forward, losses, inputs)
    return loss
