"""How unsure a classifier is of examples without labels."""

from typing import Annotated

import numpy as np
import torch

from heldout.runtime.artifacts import Predictions, Table
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.subtype import Of


@operator(seconds=0.01)
def average_confidence(
    predictions: Annotated[Predictions, Use.ADAPTS, Of("logits")],
) -> Annotated[Table, Metrics("estimated_error", "entropy")]:
    """The error that a classifier's own confidence promises, and the entropy of its predictions.

    Guillory et al. 2021, "Predicting with Confidence on Unseen Distributions"
    (arXiv:2107.03315), section 3, average confidence; entropy is the other score of Zheng et al.
    2024 (arXiv:2403.09953), section 3.1.
    Differs from the paper: confidence is given as the error that it promises, so that more is
    worse, as with the error itself; no difference to the source's confidence is taken.

    Args:
        predictions: logits of every example; labels are not read.

    Returns:
        estimated_error, 1 less the mean of the largest softmax; entropy, its mean over examples,
        nats.

    Raises:
        ValueError: there are no examples, or a logit is not finite.
    """
    log_softmax = log_probabilities(predictions)
    softmax = np.exp(log_softmax)
    return Table.of(
        {
            "estimated_error": 1 - softmax.max(1).mean(),
            "entropy": -(softmax * log_softmax).sum(1).mean(),
        }
    )


def log_probabilities(predictions: Predictions) -> np.ndarray:
    """Logarithms of the softmax, [num_rows, num_classes], float64.

    Raises:
        ValueError: there are no examples, or a logit is not finite.
    """
    if len(predictions) == 0:
        raise ValueError("there are no examples to estimate on")
    logits = predictions.logits.astype(np.float64)
    if not np.isfinite(logits).all():
        raise ValueError(f"the logits of {(~np.isfinite(logits).all(1)).sum()} examples are not finite")
    return torch.from_numpy(logits).log_softmax(1).numpy()
