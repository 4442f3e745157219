"""Mixup: convex combinations of examples of two domains."""

from typing import Annotated

import torch
from pydantic import Field
from scipy.special import betaincinv
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, drawn, permutation
from heldout.runtime.operator import loguniform
from heldout.runtime.training.risks import domain_risks


def symmetric_beta(alpha: float, count: int, generator: torch.Generator) -> Tensor:
    """Draws from Beta(alpha, alpha), [count], float64, by inversion.

    Inversion, since torch's own sampler takes no generator: one uniform a draw, the same for
    every alpha.
    """
    uniform = torch.rand(count, generator=generator, dtype=torch.float64)
    return torch.from_numpy(betaincinv(alpha, alpha, uniform.numpy()))


@component
def mixup(
    forward: Forward,
    batch: Batch,
    generator: torch.Generator,
    *,
    alpha: Annotated[float, Field(gt=0), loguniform(1e-1, 1e1)] = 0.2,
) -> Tensor:
    """Train on mixtures of two domains' examples, with the labels mixed alike.

    Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization" (arXiv:1710.09412), section 2;
    across domains as in Yan et al. 2020 (arXiv:2001.00677) and DomainBed (arXiv:2007.01434).
    Differs from the paper: the pairs are of neighbouring domains in a random circle, so that each
    domain is in two mixtures, and one weight is drawn for a whole pair of batches.

    Args:
        alpha: of the Beta(alpha, alpha) that the weight of a mixture is drawn from.

    Raises:
        ValueError: the inputs are integers, of which no mixture can be made.
    """
    if not batch.x.is_floating_point():
        raise ValueError(f"mixup needs inputs that can be averaged, got {batch.x.dtype}")
    num_domains = len(batch.x)
    first = permutation(num_domains, generator)
    weight = drawn(generator, symmetric_beta, alpha, num_domains).to(batch.x)
    first = first.to(batch.x.device)
    second = first.roll(-1)
    weight_of_x = weight.reshape(-1, *[1] * (batch.x.ndim - 1))
    logits = forward.by_domain().logits(weight_of_x * batch.x[first] + (1 - weight_of_x) * batch.x[second])
    risks = weight * domain_risks(logits, batch.y[first])
    return (risks + (1 - weight) * domain_risks(logits, batch.y[second])).mean()
