"""MMD: the same distribution of features in all domains, by a kernel."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward
from heldout.runtime.operator import loguniform
from heldout.runtime.training.risks import domain_risks

GAMMAS = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)


def gaussian_kernel(features: Tensor) -> Tensor:
    """Sum over GAMMAS of exp(-gamma ||a - b||^2), for all pairs of rows.

    Args:
        features: [n, num_features].

    Returns:
        [n, n], dimensionless.
    """
    # Centred, for the expanded square loses digits where the rows are far from the origin.
    features = (features - features.mean(0)).float()
    norms = features.square().sum(1)
    distance = (norms[:, None] + norms - 2 * features @ features.T).clamp_min(0.0)
    return sum(((-gamma * distance).exp() for gamma in GAMMAS), torch.zeros_like(distance))


def mean_discrepancy(features: Tensor) -> Tensor:
    """Squared maximum mean discrepancy (biased estimate), averaged over the pairs of domains.

    With M_ij the mean kernel between domains i and j, the sum of M_ii + M_jj - 2 M_ij over the
    pairs is num_domains trace(M) - sum(M).

    Args:
        features: [num_domains, batch_size, num_features].

    Returns:
        shape [], dimensionless; 0 for a single domain.
    """
    num_domains, batch_size = features.shape[:2]
    kernel = gaussian_kernel(features.flatten(0, 1))
    means = kernel.reshape(num_domains, batch_size, num_domains, batch_size).mean((1, 3))
    pairs = num_domains * (num_domains - 1) / 2
    return (num_domains * means.diagonal().sum() - means.sum()) / max(pairs, 1)


@component
def mmd(
    forward: Forward,
    batch: Batch,
    *,
    penalty: Annotated[float, Field(ge=0), loguniform(1e-1, 1e1)] = 1.0,
) -> Tensor:
    """Mean risk plus the maximum mean discrepancy of the features between domains.

    Li et al. 2018, "Domain Generalization with Adversarial Feature Learning" (CVPR), with
    the maximum mean discrepancy of Gretton et al. 2012 and DomainBed's sum of kernels
    (arXiv:2007.01434).
    Differs from the paper: no autoencoder and no adversarial prior on the features; the squared
    discrepancy of each pair of domains is averaged over the pairs.

    Args:
        penalty: weight of the discrepancy.
    """
    features = forward.by_domain().features(batch.x)
    risk = domain_risks(forward.classify(features), batch.y).mean()
    return risk + penalty * mean_discrepancy(features)
