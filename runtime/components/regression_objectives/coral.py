"""CORAL: the same second-order statistics of the features in all domains."""

from typing import Annotated

from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward
from heldout.runtime.components.objectives.coral import covariances, mean_pair_distance
from heldout.runtime.components.regression_losses.contract import RegressionLoss
from heldout.runtime.operator import loguniform


@component
def coral(
    forward: Forward,
    batch: Batch,
    loss: RegressionLoss,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-1, 1e1)] = 1.0,
    match_means: bool = True,
) -> Tensor:
    """Mean loss plus the distance between the domains' feature covariances (and means).

    Sun & Saenko 2016, "Deep CORAL" (arXiv:1607.01719), section 3.1, CORAL loss; for several domains and
    with their means, as the objective of classifiers has it.
    Differs from the paper: a loss of regression; averaged over all pairs of training domains; the factor
    1/4 is left to `penalty`; the means are compared as well unless `match_means` is false.

    Args:
        penalty: weight of the distance.
        match_means: add the mean squared difference of the feature means.
    """
    features = forward.by_domain().features(batch.x)
    risk = loss(forward.classify(features), batch.y).mean()
    distance = mean_pair_distance(covariances(features.float()))
    if match_means:
        distance = distance + mean_pair_distance(features.float().mean(1))
    return risk + penalty * distance
