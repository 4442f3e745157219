"""IB-IRM: an invariant classifier with an information bottleneck on the features."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Update, either
from heldout.runtime.components.objectives.ib_erm import bottleneck
from heldout.runtime.components.objectives.irm import invariance_penalty
from heldout.runtime.operator import logintegers, loguniform
from heldout.runtime.training.risks import domain_risks


@component
def ib_irm(
    forward: Forward,
    batch: Batch,
    step: int,
    *,
    irm_penalty: Annotated[float, Field(ge=0), loguniform(1e-1, 1e5)] = 1e2,
    irm_anneal_steps: Annotated[int, Field(ge=0), logintegers(1, 10_000)] = 500,
    ib_penalty: Annotated[float, Field(ge=0), loguniform(1e-1, 1e5)] = 1e2,
    ib_anneal_steps: Annotated[int, Field(ge=0), logintegers(1, 10_000)] = 500,
) -> Update:
    """Information-bottleneck invariant risk minimisation.

    Ahuja et al. 2021, "Invariance Principle Meets Information Bottleneck" (arXiv:2106.06607):
    the IB-IRM objective, with the variance that the authors compute in the place of the entropy
    and IRMv1's penalty; annealing and restart of the optimizer as in DomainBed (arXiv:2007.01434).
    Differs from the paper: the variance is taken within each domain and averaged over domains.

    Args:
        irm_penalty: weight of IRMv1's penalty after annealing; 1.0 before.
        irm_anneal_steps: steps after which IRMv1's penalty takes its full weight.
        ib_penalty: weight of the features' variance after annealing; 0 before.
        ib_anneal_steps: steps after which the variance takes its weight. At both points the
            optimizer starts afresh.
    """
    features = forward.features(batch.x)
    logits = forward.classify(features)
    penalties = [invariance_penalty(z, y) for z, y in zip(logits, batch.y, strict=True)]
    loss = domain_risks(logits, batch.y).mean()
    loss = loss + either(step >= irm_anneal_steps, irm_penalty, 1.0) * sum(penalties) / len(penalties)
    loss = loss + either(step >= ib_anneal_steps, ib_penalty, 0.0) * bottleneck(features)
    return Update(loss, restart_optimizer=(step == irm_anneal_steps) | (step == ib_anneal_steps))
