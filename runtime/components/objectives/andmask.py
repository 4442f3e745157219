"""AND-mask: only the components of the gradient whose sign the domains agree on."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Update, in_one_process
from heldout.runtime.operator import uniform
from heldout.runtime.training.risks import domain_risks


def agreed_gradient(gradients: Tensor, tau: float) -> Tensor:
    """The mean gradient where the domains' signs agree, zero elsewhere, rescaled.

    Args:
        gradients: of one parameter, [num_domains, ...].
        tau: the agreement that is asked for: |mean of the signs| at least tau.

    Returns:
        [...]; divided by the fraction of components that agree.
    """
    mask = (gradients.sign().mean(0).abs() >= tau).to(gradients.dtype)
    return mask * gradients.mean(0) / (mask.mean() + 1e-10)


@in_one_process
@component
def andmask(
    forward: Forward,
    batch: Batch,
    *,
    tau: Annotated[float, Field(ge=0, le=1), uniform(0.5, 1.0)] = 1.0,
) -> Update:
    """A step along the mean gradient, masked by the agreement of the domains' gradients.

    Parascandolo et al. 2021, "Learning explanations that are hard to vary" (arXiv:2009.00329), the
    AND-mask; each parameter's gradient is divided by the fraction of it that is kept, as the
    authors' code does.
    Differs from the paper: nothing.

    Args:
        tau: agreement threshold; 1.0 asks for the same sign in every domain.
    """
    risks = domain_risks(forward.by_domain().logits(batch.x), batch.y)
    weights = list(forward.parameters.values())
    # One backward pass a domain, since the signs are of each domain's own gradient.
    by_domain = [forward.gradients(risk, weights) for risk in risks]
    agreed = [agreed_gradient(torch.stack(same), tau) for same in zip(*by_domain, strict=True)]
    return Update(risks.mean(), gradients=dict(zip(forward.parameters, agreed, strict=True)))
