"""V-REx: equal risks in all domains."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Update, either
from heldout.runtime.operator import logintegers, loguniform
from heldout.runtime.training.risks import domain_risks


@component
def vrex(
    forward: Forward,
    batch: Batch,
    step: int,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-1, 1e5)] = 1e1,
    anneal_steps: Annotated[int, Field(ge=0), logintegers(1, 10_000)] = 500,
) -> Update:
    """Variance risk extrapolation: mean risk plus the variance of the risks over domains.

    Krueger et al. 2021 (arXiv:2003.00688), the risk R_V-REx; annealing and restart of the optimizer
    as in DomainBed (arXiv:2007.01434).
    Differs from the paper: the mean of the risks stands for their sum, so that `penalty` is the
    paper's beta divided by the number of domains.

    Args:
        penalty: weight of the variance after annealing; 1.0 before.
        anneal_steps: steps after which the penalty takes its full weight; the optimizer then
            starts afresh.
    """
    risks = domain_risks(forward.logits(batch.x), batch.y)
    weight = either(step >= anneal_steps, penalty, 1.0)
    loss = risks.mean() + weight * risks.var(correction=0)
    return Update(loss, restart_optimizer=step == anneal_steps)
