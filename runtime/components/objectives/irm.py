"""IRM: a representation on which one classifier is optimal in every domain."""

from typing import Annotated

from pydantic import Field
from torch import Tensor
from torch.nn.functional import cross_entropy

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Update, either
from heldout.runtime.operator import logintegers, loguniform


def invariance_penalty(logits: Tensor, y: Tensor) -> Tensor:
    """IRMv1's penalty of one domain: squared gradient of the risk in a scale on the logits.

    d/dw mean CE(w * logits, y) at w = 1 is mean_i sum_k (softmax_ik - 1[y_i = k]) logits_ik;
    the closed form needs no second derivative. The product of this gradient on the two halves
    of the batch (even and odd rows) is an unbiased estimate of the square, as in the authors'
    code.

    Args:
        logits: [batch, num_classes], nats, batch at least 2.
        y: [batch].

    Returns:
        shape [], nats squared; may be negative, since it is a product of two estimates.
    """
    expected = (logits.softmax(-1) * logits).sum(-1)
    per_example = expected - logits.gather(-1, y[:, None])[:, 0]
    return per_example[0::2].mean() * per_example[1::2].mean()


@component
def irm(
    forward: Forward,
    batch: Batch,
    step: int,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-1, 1e5)] = 1e2,
    anneal_steps: Annotated[int, Field(ge=0), logintegers(1, 10_000)] = 500,
) -> Update:
    """Invariant risk minimisation (IRMv1).

    Arjovsky et al. 2019 (arXiv:1907.02893), section 3, equation IRMv1; annealing and restart of
    the optimizer as in DomainBed (arXiv:2007.01434).
    Differs from the paper: nothing.

    Args:
        penalty: weight of the penalty after annealing; 1.0 before.
        anneal_steps: steps after which the penalty takes its full weight.
    """
    logits = forward.logits(batch.x)
    risk = cross_entropy(logits.flatten(0, 1), batch.y.flatten())
    penalties = [invariance_penalty(z, y) for z, y in zip(logits, batch.y, strict=True)]
    weight = either(step >= anneal_steps, penalty, 1.0)
    loss = risk + weight * sum(penalties) / len(penalties)
    return Update(loss, restart_optimizer=step == anneal_steps)
