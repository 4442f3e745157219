"""RSC: mute the features that the prediction leans on most."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import cross_entropy

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward
from heldout.runtime.operator import uniform


def quantile(values: Tensor, level: float | Tensor) -> Tensor:
    """`torch.quantile` over the last dimension, which is kept; that one has no rule for stacks.

    Args:
        values: [..., n].
        level: between 0 and 1.

    Returns:
        [..., 1], interpolated linearly.
    """
    rank = torch.as_tensor(level, dtype=values.dtype, device=values.device) * (values.shape[-1] - 1)
    ordered = values.sort(-1).values
    below, above = (ordered.index_select(-1, r.long().reshape(1)) for r in (rank.floor(), rank.ceil()))
    return torch.lerp(below, above, rank - rank.floor())


def unmuted(
    features: Tensor,
    y: Tensor,
    head: tuple[Tensor, Tensor],
    drop: tuple[float | Tensor, float | Tensor],
) -> Tensor:
    """Which features of which examples are kept.

    The gradient of the true class's logit in the features is that class's row of the head. An
    example's features are muted where it is in the top fraction of its row, if the muting lowers
    the probability of the true class by as much as it does for the top fraction of the batch.

    Args:
        features: [n, num_features].
        y: [n].
        head: weight [num_classes, num_features] and bias [num_classes].
        drop: the fraction of features and the fraction of examples.

    Returns:
        [n, num_features], bool; false is muted.
    """
    weight, bias = head
    gradient = weight[y]
    keep_feature = gradient < quantile(gradient, 1 - drop[0])

    def true_probability(features: Tensor) -> Tensor:
        probability = (features @ weight.T + bias).softmax(1)
        return probability.gather(1, y[:, None])[:, 0]

    change = true_probability(features) - true_probability(features * keep_feature)
    keep_example = change < quantile(change, 1 - drop[1])
    return keep_feature | keep_example[:, None]


@component
def rsc(
    forward: Forward,
    batch: Batch,
    *,
    drop_features: Annotated[float, Field(ge=0, le=1), uniform(0.0, 0.5)] = 1 / 3,
    drop_examples: Annotated[float, Field(ge=0, le=1), uniform(0.0, 0.5)] = 1 / 3,
) -> Tensor:
    """Representation self-challenging: the risk with the dominant features muted.

    Huang et al. 2020 (arXiv:2007.02454), equations 1 to 5 and section 3.3, batch
    percentage; fractions as in DomainBed (arXiv:2007.01434).
    Differs from the paper: features have no spatial dimensions, so the muting is by channel only;
    the fractions are constant. The gradient of the logit is taken in closed form, since the head
    is linear.

    Args:
        drop_features: fraction of each example's features that may be muted, those with the
            largest gradient of the true class's logit.
        drop_examples: fraction of the examples, those that the muting hurts most, of which the
            features are muted.

    Returns:
        mean cross-entropy with the muted features, shape [], nats.
    """
    features = forward.features(batch.x).flatten(0, 1)
    y = batch.y.flatten()
    with torch.no_grad(), torch.autocast(features.device.type, enabled=False):
        head = (forward.parameters["head.weight"].float(), forward.parameters["head.bias"].float())
        keep = unmuted(features.float(), y, head, (drop_features, drop_examples))
    return cross_entropy(forward.classify(features * keep), y)
