"""IB-ERM: the mean risk with an information bottleneck on the features."""

from typing import Annotated

from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Update, either
from heldout.runtime.operator import logintegers, loguniform
from heldout.runtime.training.risks import domain_risks


def bottleneck(features: Tensor) -> Tensor:
    """The features' variance within a domain: mean over features and domains.

    Args:
        features: [num_domains, batch_size, num_features], in some unit u.

    Returns:
        shape [], unit u^2.

    Raises:
        ValueError: a domain has fewer than 2 examples.
    """
    if features.shape[1] < 2:
        raise ValueError(f"a variance needs 2 examples of each domain, got {features.shape[1]}")
    return features.var(1).mean()


@component
def ib_erm(
    forward: Forward,
    batch: Batch,
    step: int,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-1, 1e5)] = 1e2,
    anneal_steps: Annotated[int, Field(ge=0), logintegers(1, 10_000)] = 500,
) -> Update:
    """Information-bottleneck empirical risk minimisation.

    Ahuja et al. 2021, "Invariance Principle Meets Information Bottleneck" (arXiv:2106.06607):
    the IB-ERM objective, with the variance that the authors compute in the place of the entropy;
    annealing and restart of the optimizer as in DomainBed (arXiv:2007.01434).
    Differs from the paper: the variance is taken within each domain and averaged over domains.

    Args:
        penalty: weight of the variance after annealing; 0 before.
        anneal_steps: steps after which the penalty takes its weight; the optimizer then starts
            afresh.
    """
    features = forward.features(batch.x)
    risk = domain_risks(forward.classify(features), batch.y).mean()
    weight = either(step >= anneal_steps, penalty, 0.0)
    loss = risk + weight * bottleneck(features)
    return Update(loss, restart_optimizer=step == anneal_steps)
