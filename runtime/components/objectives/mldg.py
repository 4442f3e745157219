"""MLDG: meta-learning, a step on some domains that helps on the others."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import (
    Batch,
    Forward,
    in_one_process,
    permutation,
    with_equal,
)
from heldout.runtime.operator import choice, loguniform
from heldout.runtime.training.risks import domain_risks


@with_equal("num_meta_test")
@in_one_process
@component
def mldg(
    forward: Forward,
    batch: Batch,
    generator: torch.Generator,
    learning_rate: float,
    *,
    beta: Annotated[float, Field(ge=0), loguniform(1e-1, 1e1)] = 1.0,
    num_meta_test: Annotated[int, Field(ge=1), choice(1, 2)] = 2,
    first_order: bool = False,
) -> Tensor:
    """Meta-learning for domain generalization.

    Li et al. 2018 (arXiv:1710.03463), algorithm 1: the risk F of the meta-train domains plus beta
    times the risk G of the meta-test domains after one gradient step on F.
    Differs from the paper: the inner step size alpha is the study's learning rate. Differs from
    DomainBed (arXiv:2007.01434): the gradient passes through the inner step unless `first_order`
    is true; the inner step is a gradient step, as in the paper, not one of Adam; and it is one
    step on all meta-train domains, not one for each of them.

    Args:
        beta: weight of the meta-test risk.
        num_meta_test: domains drawn for meta-test at each step; at most one fewer than there are.
        first_order: leave the second derivatives out (cheaper).

    Raises:
        ValueError: there is only one training domain.
    """
    num_domains = len(batch.x)
    if num_domains < 2:
        raise ValueError(f"mldg needs 2 training domains, got {num_domains}")
    forward = forward.by_domain()
    order = permutation(num_domains, generator).to(batch.x.device)
    split = num_domains - min(num_meta_test, num_domains - 1)
    train, test = order[:split], order[split:]
    train_risk = domain_risks(forward.logits(batch.x[train]), batch.y[train]).mean()
    weights = forward.parameters
    gradients = forward.gradients(train_risk, list(weights.values()), create_graph=not first_order)
    stepped = {name: weights[name] - learning_rate * g for name, g in zip(weights, gradients, strict=True)}
    test_risk = domain_risks(forward.at(stepped).logits(batch.x[test]), batch.y[test]).mean()
    return train_risk + beta * test_risk
