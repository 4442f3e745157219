"""Group DRO: the risk of the worst domain."""

from typing import Annotated

import torch
from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Sizes, State, Update, with_state
from heldout.runtime.components.regression_losses.contract import RegressionLoss
from heldout.runtime.operator import loguniform


def _equal_weights(sizes: Sizes) -> State:
    return {"weights": torch.full((sizes.num_domains,), 1 / sizes.num_domains)}


@with_state(_equal_weights)
@component
def group_dro(
    forward: Forward,
    batch: Batch,
    state: State,
    loss: RegressionLoss,
    *,
    eta: Annotated[float, Field(ge=0), loguniform(1e-3, 1e-1)] = 1e-2,
) -> Update:
    """Distributionally robust optimisation over domains, by exponentiated gradient ascent.

    Sagawa et al. 2020 (arXiv:1911.08731), algorithm 1; its groups are domains here.
    Differs from the paper: a step takes a batch of every domain instead of one drawn domain; no
    adjustment for the sizes of the domains (C = 0).

    Args:
        eta: step size of the domains' weights, per unit of the loss.
    """
    risks = loss(forward.by_domain().logits(batch.x), batch.y).mean(1)
    weights = (state["weights"].log() + eta * risks.detach()).softmax(0)
    return Update((weights * risks).sum(), state={"weights": weights})
