"""The risk of each domain: what most objectives are made of."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy


def domain_risks(logits: Tensor, y: Tensor) -> Tensor:
    """Mean cross-entropy of each domain.

    Args:
        logits: [num_domains, batch_size, num_classes], nats.
        y: [num_domains, batch_size].

    Returns:
        shape [num_domains], nats.
    """
    losses = cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none")
    return torch.unflatten(losses, 0, y.shape).mean(1)
