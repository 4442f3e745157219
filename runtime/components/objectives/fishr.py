"""Fishr: the same variance of the gradients in all domains."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import (
    Batch,
    Forward,
    Sizes,
    State,
    Update,
    either,
    with_state,
)
from heldout.runtime.operator import integers, loguniform, uniform
from heldout.runtime.training.risks import domain_risks


def gradient_variances(features: Tensor, logits: Tensor, y: Tensor) -> Tensor:
    """Variance over a domain's examples of each example's gradient in the head.

    The head is linear, so an example's gradient is (softmax - one-hot) in the bias, and its outer
    product with the features in the weight; no second derivative is needed.

    Args:
        features: [num_domains, batch_size, num_features].
        logits: [num_domains, batch_size, num_classes], nats.
        y: [num_domains, batch_size].

    Returns:
        [num_domains, num_classes * (num_features + 1)], biased variances: weight, then bias.
    """
    true_class = torch.arange(logits.shape[-1], device=y.device) == y[..., None]
    residual = logits.float().softmax(-1) - true_class.float()
    of_weight = (residual[..., :, None] * features.float()[..., None, :]).flatten(2)
    return torch.cat([of_weight, residual], -1).var(1, correction=0)


def _no_variances(sizes: Sizes) -> State:
    return {"variances": torch.zeros(sizes.num_domains, sizes.num_classes * (sizes.num_features + 1))}


@with_state(_no_variances)
@component
def fishr(
    forward: Forward,
    batch: Batch,
    step: int,
    state: State,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e1, 1e4)] = 1e3,
    anneal_steps: Annotated[int, Field(ge=0), integers(0, 5000)] = 1500,
    ema: Annotated[float, Field(ge=0, lt=1), uniform(0.90, 0.99)] = 0.95,
) -> Update:
    """Mean risk plus the distance of the domains' gradient variances from their mean.

    Rame et al. 2022, "Fishr: Invariant Gradient Variances for Out-of-Distribution Generalization"
    (arXiv:2109.02934), in the head's gradients and with the moving average of the authors' code
    in DomainBed (arXiv:2007.01434): the average is divided by 1 - ema, so that the gradient does
    not depend on ema.
    Differs from the paper: as in that code, the squared distance is a mean over the components of
    the gradient, not a sum.

    Args:
        penalty: weight of the distance after annealing; 0 before.
        anneal_steps: steps after which the penalty takes its weight; the optimizer then starts
            afresh.
        ema: decay of the moving average of the variances, per step.
    """
    features = forward.features(batch.x)
    logits = forward.classify(features)
    average = ema * state["variances"] + (1 - ema) * gradient_variances(features, logits, batch.y)
    variances = average / (1 - ema)
    distance = (variances - variances.mean(0)).square().mean()
    weight = either(step >= anneal_steps, penalty, 0.0)
    return Update(
        domain_risks(logits, batch.y).mean() + weight * distance,
        state={"variances": average.detach()},
        restart_optimizer=step == anneal_steps,
    )
