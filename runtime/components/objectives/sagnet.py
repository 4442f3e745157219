"""SagNet: predict from content, not from style."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import (
    Batch,
    Forward,
    Sizes,
    drawn,
    permutation,
    with_auxiliary,
)
from heldout.runtime.operator import loguniform

EPSILON = 1e-5  # added to a variance, as in DomainBed


def _style_head(sizes: Sizes) -> dict[str, nn.Module]:
    return {"style": nn.Linear(sizes.num_features, sizes.num_classes)}


def style(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each example over its own features, [n, 1] each."""
    return features.mean(1, keepdim=True), (features.var(1, keepdim=True) + EPSILON).sqrt()


def randomise_style(features: Tensor, generator: torch.Generator) -> Tensor:
    """Give each example a style between its own and another example's, its content kept.

    Args:
        features: [n, num_features].
        generator: draws the partners and the weights of the interpolation.
    """
    other = _partners(features, generator)
    count = len(features)
    weight = drawn(generator, lambda g: torch.rand(count, 1, generator=g)).to(features)
    mean, deviation = style(features)
    mixed_mean = weight * mean + (1 - weight) * mean[other]
    variance = weight * deviation.square() + (1 - weight) * deviation[other].square()
    return (features - mean) / deviation * variance.sqrt() + mixed_mean


def randomise_content(features: Tensor, generator: torch.Generator) -> Tensor:
    """Give each example another example's content (as a constant), its own style kept.

    Args:
        features: [n, num_features].
        generator: draws the partners.
    """
    other = _partners(features, generator)
    mean, deviation = style(features)
    content = ((features - mean) / deviation)[other].detach()
    return content * deviation + mean


def _partners(features: Tensor, generator: torch.Generator) -> Tensor:
    return permutation(len(features), generator).to(features.device)


@with_auxiliary(_style_head)
@component
def sagnet(
    forward: Forward,
    batch: Batch,
    generator: torch.Generator,
    *,
    adversarial_weight: Annotated[float, Field(ge=0), loguniform(1e-2, 1e1)] = 0.1,
) -> Tensor:
    """Style-agnostic network: randomised style for the classifier, an adversary that sees style.

    Nam et al. 2021, "Reducing Domain Gap by Reducing Style Bias" (arXiv:1910.11645), algorithm 1,
    with the feature extractor, content network and style network in DomainBed's form
    (arXiv:2007.01434): featurizer, head, and a second linear head.
    Differs from the paper: style is taken from the featurizer's output and not inside the
    network. That output has no spatial dimensions, so the style of an example is the mean and the
    unbiased variance over all its features, one of each, in the place of one per channel over
    positions; its content is what the standardised features hold. The content loss, the style
    head's loss and the adversarial loss are minimised in one step of the one optimizer, each in
    its own networks only, in the place of three steps one after another.

    Args:
        adversarial_weight: weight of the loss that makes the style head's answer uniform.

    Returns:
        content loss + style loss + adversarial_weight * adversarial loss, shape [], nats.

    Raises:
        ValueError: the network has a single feature, which has no variance.
    """
    features = forward.features(batch.x).flatten(0, 1)
    if features.shape[1] < 2:
        raise ValueError("sagnet needs at least 2 features, got 1")
    y = batch.y.flatten()
    content_loss = cross_entropy(forward.classify(randomise_style(features, generator)), y)
    # The style head learns from the features as they are, the featurizer from the head as it is.
    seen = randomise_content(features.detach(), generator)
    style_loss = cross_entropy(forward.auxiliary("style", seen), y)
    fixed = forward.at({name: weight.detach() for name, weight in forward.parameters.items()})
    answer = fixed.auxiliary("style", randomise_content(features, generator))
    adversarial_loss = -answer.log_softmax(-1).mean()
    return content_loss + style_loss + adversarial_weight * adversarial_loss
