"""What is read off one step of full-batch training: fit, collapse, scale and direction."""

from collections.abc import Mapping

import torch
from torch import Tensor


@torch.no_grad()
def probe(
    logits: Tensor,
    labels: Tensor,
    losses: Tensor,
    logit_gradients: Tensor,
    parameters: Mapping[str, Tensor],
    gradients: Mapping[str, Tensor],
) -> dict[str, float]:
    """The metrics of `train/full-batch` at one step, by name.

    Args:
        logits: [num_examples, num_classes], nats.
        labels: [num_examples].
        losses: of each example, [num_examples], nats.
        logit_gradients: of each example's loss in its logits, [num_examples, num_classes].
        parameters: by name.
        gradients: of the mean loss, by name.

    Returns:
        as the operator documents them; `scaling_alignment` only where the gradient is not zero.
    """
    own = logit_gradients.gather(1, labels[:, None])
    found = {
        "train_loss": losses.double().mean(),
        "train_accuracy": (logits.argmax(dim=1) == labels).double().mean(),
        "zero_gradient_share": (own == 0).double().mean(),
        "logit_scale": logits.abs().amax(dim=1).double().mean(),
        "weight_norm": _flat(parameters).norm(),
    }
    alignment = scaling_alignment(parameters, gradients)
    if alignment is not None:
        found["scaling_alignment"] = alignment
    return {name: value.item() for name, value in found.items()}


def scaling_alignment(parameters: Mapping[str, Tensor], gradients: Mapping[str, Tensor]) -> Tensor | None:
    """Cosine between descent and naive loss minimisation, which scales the weights and so the logits.

    Prieto et al. 2025, "Grokking at the Edge of Numerical Stability" (arXiv:2501.04697), section 4:
    for a homogeneous network the direction is that of the weights themselves.
    Differs from the paper: nothing.

    Returns:
        shape [], in [-1, 1]; None where either vector is zero.
    """
    weights, descent = _flat(parameters), -_flat(gradients)
    lengths = weights.norm() * descent.norm()
    return (weights @ descent) / lengths if lengths > 0 else None


def _flat(tensors: Mapping[str, Tensor]) -> Tensor:
    # Float64: the square of a gradient of 1e-20 is not zero there.
    return torch.cat([tensor.detach().flatten().double() for tensor in tensors.values()])
