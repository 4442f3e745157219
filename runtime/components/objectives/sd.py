"""SD: spectral decoupling, a penalty on the logits."""

from typing import Annotated

from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, mean_over_rows
from heldout.runtime.operator import loguniform
from heldout.runtime.training.risks import domain_risks


@mean_over_rows
@component
def sd(
    forward: Forward,
    batch: Batch,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-5, 1e-1)] = 0.1,
) -> Tensor:
    """Spectral decoupling: mean risk plus the mean square of the logits.

    Pezeshki et al. 2021, "Gradient Starvation" (arXiv:2011.09468), the spectral decoupling
    loss.
    Differs from the paper: cross-entropy over classes in the place of the logistic loss, and, as
    in DomainBed (arXiv:2007.01434), the mean over examples and classes in the place of half the
    squared norm.

    Args:
        penalty: weight of the mean square of the logits.
    """
    logits = forward.logits(batch.x)
    return domain_risks(logits, batch.y).mean() + penalty * logits.square().mean()
