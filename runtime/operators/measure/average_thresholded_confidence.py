"""The share of examples that a classifier is less sure of than of what it gets right."""

from typing import Annotated, Literal

import numpy as np

from heldout.runtime.artifacts import Predictions, Table
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.operators.measure.average_confidence import log_probabilities
from heldout.runtime.subtype import Of

Score = Literal["confidence", "entropy"]


@operator(seconds=0.01)
def average_thresholded_confidence(
    source: Annotated[Predictions, Use.SELECTS, Of("logits")],
    target: Annotated[Predictions, Use.ADAPTS, Of("logits")],
    *,
    score: Score = "entropy",
) -> Annotated[Table, Metrics("estimated_error", "threshold")]:
    """ATC: a threshold on the source's scores that lets through as many as are right.

    Garg et al. 2022, "Leveraging Unlabeled Data to Predict Out-of-Distribution Performance"
    (arXiv:2201.04234), section 4, equations 1 and 2.
    Differs from the paper: nothing; the threshold is the score of an example, or just above all.

    Args:
        source: labelled examples that the classifier was not trained on.
        target: examples whose error is estimated; their labels are not read.
        score: largest softmax, or entropy with its sign turned (the paper's better one).

    Returns:
        estimated_error, the share of the target's examples whose score lies below the threshold;
        threshold, in [0, 1] or nats.

    Raises:
        ValueError: there are no examples, or a logit is not finite.
    """
    known = np.sort(scores(source, score))
    wrong = int((source.logits.argmax(1) != source.labels).sum())
    threshold = known[wrong] if wrong < len(known) else np.nextafter(known[-1], np.inf)
    below = (scores(target, score) < threshold).mean()
    return Table.of({"estimated_error": float(below), "threshold": float(threshold)})


def scores(predictions: Predictions, score: Score) -> np.ndarray:
    """The scores of all examples, [num_rows]; more is surer."""
    log_softmax = log_probabilities(predictions)
    softmax = np.exp(log_softmax)
    sure: np.ndarray = softmax.max(1) if score == "confidence" else (softmax * log_softmax).sum(1)
    return sure
