"""DANN: features from which no discriminator can tell the domain."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Sizes, is_left_out, with_auxiliary
from heldout.runtime.models.gradient_reversal import reverse_gradient
from heldout.runtime.operator import loguniform
from heldout.runtime.training.risks import domain_risks

WIDTH = 256  # of the discriminator's two hidden layers, as in DomainBed


def domain_discriminator(sizes: Sizes) -> dict[str, nn.Module]:
    """The network `discriminator`, from features to one logit per domain."""
    layers = [nn.Linear(sizes.num_features, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU()]
    return {"discriminator": nn.Sequential(*layers, nn.Linear(WIDTH, sizes.num_domains))}


def domain_losses(logits: Tensor) -> Tensor:
    """Cross-entropy of each example's own domain.

    Args:
        logits: of the discriminator, [num_domains, batch_size, num_domains], nats.

    Returns:
        [num_domains, batch_size], nats.
    """
    num_domains, batch_size = logits.shape[:2]
    domain = torch.arange(num_domains, device=logits.device).repeat_interleave(batch_size)
    losses = cross_entropy(logits.flatten(0, 1), domain, reduction="none")
    return torch.unflatten(losses, 0, (num_domains, batch_size))


def input_gradient_penalty(forward: Forward, losses: Tensor, inputs: Tensor) -> Tensor:
    """Mean over examples of the squared norm of each loss's gradient in its own input.

    Args:
        forward: takes the gradients.
        losses: [num_domains, batch_size], nats.
        inputs: [num_domains, batch_size, n], what the losses were computed from.

    Returns:
        shape [], nats squared per squared unit of the inputs.
    """
    (gradient,) = forward.gradients(losses.sum(), [inputs], create_graph=True)
    return gradient.square().sum(-1).mean()


@with_auxiliary(domain_discriminator)
@component
def dann(
    forward: Forward,
    batch: Batch,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-2, 1e2)] = 1.0,
    gradient_penalty: Annotated[float, Field(ge=0), loguniform(1e-2, 1e1)] = 0.0,
) -> Tensor:
    """Domain-adversarial training: the features are trained against a domain discriminator.

    Ganin et al. 2016 (arXiv:1505.07818), section 4.2. The discriminator
    descends its loss, the featurizer ascends it `penalty` times as fast, in one step of the one
    optimizer.
    Differs from the paper: the domains are all training domains, none of them unlabelled;
    `penalty` is constant, not scheduled over the run. Differs from DomainBed (arXiv:2007.01434):
    gradient reversal instead of alternating steps of two optimizers, hence no
    `d_steps_per_g_step`, and learning rate, decay and Adam's betas are those of the study; the
    gradient penalty is of the discriminator's loss, and there of its softmax. With
    Adam's default beta1 of 0.9 the two players tend to circle; with `optimizer: sgd`, as the
    paper trains, they settle.

    Args:
        penalty: lambda, the strength of the reversed gradient.
        gradient_penalty: weight of the squared gradient of the discriminator's loss in its
            input; 0 leaves it out, as in the paper.

    Returns:
        the mean risk plus the discriminator's loss, shape [], nats.
    """
    features = forward.features(batch.x)
    risk = domain_risks(forward.classify(features), batch.y).mean()
    inputs = reverse_gradient(features, penalty)
    losses = domain_losses(forward.auxiliary("discriminator", inputs))
    loss = risk + losses.mean()
    if not is_left_out(gradient_penalty):
        loss = loss + gradient_penalty * input_gradient_penalty(forward, losses, inputs)
    return loss
