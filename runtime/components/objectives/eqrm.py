"""EQRM: a quantile of the risk over domains."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.special import ndtr, ndtri

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Update, either
from heldout.runtime.operator import logintegers, loguniform, uniform
from heldout.runtime.training.risks import domain_risks

HALVINGS = 60  # of the bracket: to the last bit of a float64


def kernel_quantile(risks: Tensor, quantile: float | Tensor) -> Tensor:
    """A quantile of the Gaussian kernel density estimate of the risks.

    The bandwidth h is 1.06 s n^(-1/5), with s the unbiased standard deviation. The quantile q
    solves mean_i Phi((q - r_i) / h) = quantile and is found by bisection; its gradient is the
    implicit one, dq = sum_i w_i (dr_i + (q - r_i) / h dh), w_i the kernels at q over their sum.

    Args:
        risks: [num_domains], at least 2, nats.
        quantile: between 0 and 1, both excluded.

    Returns:
        shape [], nats.
    """
    values = risks.double()
    # The constant gives equal risks a bandwidth, and its gradient a number.
    bandwidth = 1.06 * (values.var() + 1e-12).sqrt() * len(risks) ** -0.2
    r, h = values.detach(), bandwidth.detach()
    level = torch.as_tensor(quantile, dtype=r.dtype, device=r.device)
    low, high = r.min() + h * ndtri(level), r.max() + h * ndtri(level)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = ndtr((middle - r) / h).mean() < level
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    q: Tensor = (low + high) / 2
    z = (q - r) / h
    w = (-z.square() / 2).softmax(0)
    q = q + (w * (values - r)).sum() + (w * z).sum() * (bandwidth - h)
    return q.to(risks.dtype)


@component
def eqrm(
    forward: Forward,
    batch: Batch,
    step: int,
    learning_rate: float,
    *,
    quantile: Annotated[float, Field(gt=0.0, lt=1.0), uniform(0.5, 0.99)] = 0.75,
    burn_in_steps: Annotated[int, Field(ge=0), logintegers(316, 3162)] = 2500,
    learning_rate_after: Annotated[float, Field(gt=0), loguniform(1e-7, 1e-5)] = 1e-6,
) -> Update:
    """Empirical quantile risk minimisation.

    Eastwood et al. 2022, "Probable Domain Generalization via Quantile Risk Minimization"
    (arXiv:2207.09944), algorithm 1 with a Gaussian kernel density estimate; burn-in by ERM, then
    a restart of the optimizer at a smaller learning rate, as in DomainBed (arXiv:2007.01434).
    Differs from the paper: the gradient is that of the quantile itself; the authors' code
    differentiates the ends of its bisection's bracket instead. No extrapolation to quantiles
    within rounding of 1.

    Args:
        quantile: alpha, the probability with which a domain's risk is to be at most the loss.
        burn_in_steps: steps of ERM first.
        learning_rate_after: of the optimizer after the burn-in.

    Raises:
        ValueError: there is only one training domain, or `quantile` is not between 0 and 1.
    """
    risks = domain_risks(forward.by_domain().logits(batch.x), batch.y)
    if len(risks) < 2:
        raise ValueError(f"eqrm needs 2 training domains, got {len(risks)}")
    if not isinstance(quantile, Tensor) and not 0 < quantile < 1:
        raise ValueError(f"eqrm's quantile must be between 0 and 1, got {quantile}")
    burnt_in = step >= burn_in_steps
    if burnt_in is False:
        return Update(risks.mean())
    return Update(
        either(burnt_in, kernel_quantile(risks, quantile), risks.mean()),
        restart_optimizer=step == burn_in_steps,
        learning_rate=either(burnt_in, learning_rate_after, learning_rate),
    )
