"""Soft labels: learn another model's probabilities rather than a class."""

from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, mean_over_rows


def probabilities(batch: Batch, num_classes: int, like: Tensor) -> Tensor:
    """The soft labels of a batch, [num_domains * batch_size, num_classes], of the type of `like`.

    Where the data have none, each label has probability 1.
    """
    soft = one_hot(batch.y, num_classes) if batch.targets is None else batch.targets
    return soft.flatten(0, 1).to(like.dtype)


@mean_over_rows
@component
def soft_labels(forward: Forward, batch: Batch) -> Tensor:
    """Cross-entropy with soft labels; the labels themselves where the data have none.

    Hinton et al. 2015, "Distilling the Knowledge in a Neural Network" (arXiv:1503.02531), section
    2 at temperature 1; Burns et al. 2023, "Weak-to-Strong Generalization: Eliciting Strong
    Capabilities With Weak Supervision" (arXiv:2312.09390), section 3, train students so.
    Differs from the paper: nothing.

    Returns:
        mean over domains and examples of -sum_c t_c log p_c, shape [], nats.
    """
    logits = forward.logits(batch.x).flatten(0, 1)
    return cross_entropy(logits, probabilities(batch, logits.shape[1], logits))
