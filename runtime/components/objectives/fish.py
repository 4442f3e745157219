"""Fish: align the domains' gradients by walking through the domains one after another."""

from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import (
    Batch,
    Forward,
    Parameters,
    State,
    Update,
    in_one_process,
    permutation,
)
from heldout.runtime.operator import choice
from heldout.runtime.training.risks import domain_risks

BETAS = (0.9, 0.999)  # Adam's defaults, in the paper and in torch
EPSILON = 1e-8


def adam_step(gradients: Parameters, state: State) -> tuple[dict[str, Tensor], State]:
    """The direction of one step of Adam, and its moments after it.

    Kingma & Ba 2015 (arXiv:1412.6980), algorithm 1.
    Differs from the paper: nothing.

    Args:
        gradients: by parameter name.
        state: what the step before gave; empty at the first.
    """
    zero = next(iter(gradients.values())).new_zeros(())
    new: State = {"count": state.get("count", zero) + 1}
    direction = {}
    for name, gradient in gradients.items():
        first = state.get(f"first.{name}", zero) * BETAS[0] + (1 - BETAS[0]) * gradient
        second = state.get(f"second.{name}", zero) * BETAS[1] + (1 - BETAS[1]) * gradient.square()
        unbiased = second / (1 - BETAS[1] ** new["count"])
        direction[name] = first / (1 - BETAS[0] ** new["count"]) / (unbiased.sqrt() + EPSILON)
        new |= {f"first.{name}": first, f"second.{name}": second}
    return direction, new


@in_one_process
@component
def fish(
    forward: Forward,
    batch: Batch,
    state: State,
    generator: torch.Generator,
    learning_rate: float,
    weight_decay: float,
    *,
    meta_learning_rate: Annotated[float, Field(gt=0), choice(0.05, 0.1, 0.5)] = 0.5,
    inner_optimizer: Literal["adam", "sgd"] = "adam",
) -> Update:
    """Gradient matching by first-order meta-learning.

    Shi et al. 2022, "Gradient Matching for Domain Generalization" (arXiv:2104.09937), algorithm 1:
    from the weights, one inner step on each domain in random order, then a step of
    `meta_learning_rate` towards where that led.
    Differs from the paper: nothing with `inner_optimizer: sgd`; with `adam` the inner steps are
    Adam's, its moments carried on from step to step, as in DomainBed (arXiv:2007.01434). The
    inner steps have the study's learning rate and weight decay; its `optimizer` takes no step.

    Args:
        meta_learning_rate: epsilon, the part of the way that is gone.
        inner_optimizer: of the inner steps.

    Returns:
        the next weights; the loss is the mean over domains, each met at its inner step.
    """
    inner = dict(forward.parameters)
    order = permutation(len(batch.x), generator).to(batch.x.device)
    risks = []
    for domain in torch.split(order, 1):
        risk = domain_risks(forward.at(inner).logits(batch.x[domain]), batch.y[domain]).mean()
        risks.append(risk.detach())
        gradients = forward.gradients(risk, list(inner.values()))
        with torch.no_grad():
            decayed = {
                name: gradient + weight_decay * inner[name]
                for name, gradient in zip(inner, gradients, strict=True)
            }
            direction, state = adam_step(decayed, state) if inner_optimizer == "adam" else (decayed, state)
        # Not detached: the next domain's gradient is taken in these weights.
        inner = {name: inner[name] - learning_rate * direction[name] for name in inner}
    reached = {
        name: weight.detach() + meta_learning_rate * (inner[name].detach() - weight.detach())
        for name, weight in forward.parameters.items()
    }
    return Update(torch.stack(risks).mean(), parameters=reached, state=state)
