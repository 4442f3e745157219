"""Cross-entropy of the softmax, every step of it in one floating-point precision."""

from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.losses.contract import Precision, dtype_of


@component
def cross_entropy(logits: Tensor, labels: Tensor, *, precision: Precision = "float32") -> Tensor:
    """The negative logarithm of the softmax at the label.

    Prieto et al. 2025, "Grokking at the Edge of Numerical Stability" (arXiv:2501.04697), section 3:
    where the label's logit leads by more than the precision resolves (some 7.6 nats in float16, 16.6 in
    float32, 36.7 in float64, less the logarithm of the number of classes), the sum of exponentials
    rounds to the label's own term. Loss and gradient in that logit are then exactly zero: Softmax
    Collapse.
    Differs from the paper: the softmax is written out, since fused kernels for 16 bits compute in 32.

    Args:
        logits: [num_examples, num_classes], nats.
        labels: [num_examples], int64.
        precision: in which the logits are rounded and everything after is computed.

    Returns:
        losses, [num_examples], nats, in that precision.
    """
    scores = logits.to(dtype_of(precision))
    # The largest score is taken off for range alone: no gradient flows through it.
    shifted = scores - scores.detach().amax(dim=1, keepdim=True)
    own = shifted.gather(1, labels[:, None]).squeeze(1)
    return shifted.exp().sum(dim=1).log() - own
