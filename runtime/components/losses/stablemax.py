"""Cross-entropy of StableMax: a softmax whose exponential is replaced by a slower function."""

import torch
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.losses.contract import Precision, dtype_of


@component
def stablemax(logits: Tensor, labels: Tensor, *, precision: Precision = "float32") -> Tensor:
    """The negative logarithm of StableMax at the label.

    Prieto et al. 2025, "Grokking at the Edge of Numerical Stability" (arXiv:2501.04697), section 3.2:
    StableMax(z)_i = s(z_i) / sum_j s(z_j) with s(z) = z + 1 for z >= 0 and 1 / (1 - z) below. Logits
    must grow like 1 / precision before a sum absorbs its smaller terms; for the softmax its logarithm
    is enough.
    Differs from the paper: nothing.

    Args:
        logits: [num_examples, num_classes].
        labels: [num_examples], int64.
        precision: in which the logits are rounded and everything after is computed.

    Returns:
        losses, [num_examples], nats, in that precision.
    """
    scores = stable_exponential(logits.to(dtype_of(precision)))
    own = scores.gather(1, labels[:, None]).squeeze(1)
    return scores.sum(dim=1).log() - own.log()


def stable_exponential(z: Tensor) -> Tensor:
    """z + 1 where z >= 0, 1 / (1 - z) elsewhere; both values and slopes meet at 0."""
    # The branch that is not taken is kept away from its pole, whose gradient would be no number.
    return torch.where(z >= 0, z + 1, 1 / (1 - z.clamp(max=0)))
