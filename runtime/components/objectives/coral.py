"""CORAL: the same second-order statistics of the features in all domains."""

from typing import Annotated

from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward
from heldout.runtime.operator import loguniform
from heldout.runtime.training.risks import domain_risks


def covariances(features: Tensor) -> Tensor:
    """The unbiased covariance of each domain's features.

    Args:
        features: [num_domains, batch_size, num_features], in some unit u.

    Returns:
        [num_domains, num_features, num_features], unit u^2.

    Raises:
        ValueError: a domain has fewer than 2 examples.
    """
    batch_size = features.shape[1]
    if batch_size < 2:
        raise ValueError(f"coral needs 2 examples of each domain, got {batch_size}")
    centred = features - features.mean(1, keepdim=True)
    return centred.mT @ centred / (batch_size - 1)


def mean_pair_distance(statistics: Tensor) -> Tensor:
    """Mean squared difference of the entries, averaged over the pairs of domains.

    Args:
        statistics: [num_domains, ...].

    Returns:
        shape []; 0 for a single domain.
    """
    # The squared differences over all pairs sum to num_domains times those from the mean.
    num_domains = len(statistics)
    spread = (statistics - statistics.mean(0)).square().flatten(1).mean(1).sum()
    return spread * (2 / max(num_domains - 1, 1))


@component
def coral(
    forward: Forward,
    batch: Batch,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-1, 1e1)] = 1.0,
    match_means: bool = True,
) -> Tensor:
    """Mean risk plus the distance between the domains' feature covariances (and means).

    Sun & Saenko 2016, "Deep CORAL" (arXiv:1607.01719), section 3.1, CORAL loss; for
    several domains, and with their means, as in DomainBed (arXiv:2007.01434).
    Differs from the paper: averaged over all pairs of training domains instead of one source and
    one target; the factor 1/4 is left to `penalty` (the paper's lambda is 4 penalty); the means
    are compared as well unless `match_means` is false.

    Args:
        penalty: weight of the distance.
        match_means: add the mean squared difference of the feature means.
    """
    features = forward.by_domain().features(batch.x)
    risk = domain_risks(forward.classify(features), batch.y).mean()
    distance = mean_pair_distance(covariances(features.float()))
    if match_means:
        distance = distance + mean_pair_distance(features.float().mean(1))
    return risk + penalty * distance
