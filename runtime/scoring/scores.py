"""Scores of a classifier, from logits and labels, in float64."""

import numpy as np
import torch

from heldout.runtime.artifacts import Predictions


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The share of examples whose largest logit (the first of equal ones) is the label's.

    Args:
        logits: [num_rows, num_classes], nats.
        labels: [num_rows].
    """
    return float((logits.argmax(1) == labels).mean())


def nll(logits: np.ndarray, labels: np.ndarray) -> float:
    """The mean negative log-likelihood of the labels, nats.

    Args:
        logits: [num_rows, num_classes], nats.
        labels: [num_rows].
    """
    log_probabilities = torch.from_numpy(logits.astype(np.float64)).log_softmax(1).numpy()
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())


def expected_calibration_error(logits: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """How far confidence and accuracy lie apart, averaged over bins of the confidence.

    Guo et al. 2017, "On Calibration of Modern Neural Networks" (arXiv:1706.04599), equation 3:
    sum over bins of |B| / n * |accuracy(B) - confidence(B)|, where the confidence is the largest
    softmax and bin m of M is ((m - 1) / M, m / M].
    Differs from the paper: nothing; 15 bins as in its tables.

    Args:
        logits: [num_rows, num_classes], nats.
        labels: [num_rows].
        bins: of equal width.

    Returns:
        in [0, 1].
    """
    confidence = torch.from_numpy(logits.astype(np.float64)).softmax(1).amax(1).numpy()
    gap = (logits.argmax(1) == labels) - confidence
    index = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    return float(np.abs(np.bincount(index, weights=gap, minlength=bins)).sum() / len(labels))


def group_accuracies(predictions: Predictions) -> dict[str, float]:
    """The accuracy in each domain, by its name, in order of first appearance."""
    domains = predictions.domains
    correct = predictions.logits.argmax(1) == predictions.labels
    return {name: float(correct[domains == name].mean()) for name in dict.fromkeys(domains)}


def scores(predictions: Predictions) -> dict[str, float]:
    """All scores of a classifier's predictions.

    Returns:
        `accuracy`; `worst_group_accuracy`, the lowest of a domain; `mean_group_accuracy`, the
        mean over domains, each with the same weight, as DomainBed averages validation
        accuracies; `calibration_error`; `nll` in nats.

    Raises:
        ValueError: there are no examples, a label has no logit, or a logit is not finite.
    """
    logits, labels = checked(predictions)
    groups = list(group_accuracies(predictions).values())
    return {
        "accuracy": accuracy(logits, labels),
        "worst_group_accuracy": min(groups),
        "mean_group_accuracy": float(np.mean(groups)),
        "calibration_error": expected_calibration_error(logits, labels),
        "nll": nll(logits, labels),
    }


def checked(predictions: Predictions) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels that can be scored.

    Raises:
        ValueError: they cannot, as above.
    """
    if len(predictions) == 0:
        raise ValueError("there are no examples to evaluate on")
    logits, labels = predictions.logits, predictions.labels
    if not np.isfinite(logits).all():
        raise ValueError(f"the logits of {(~np.isfinite(logits).all(1)).sum()} examples are not finite")
    if labels.min() < 0 or labels.max() >= logits.shape[1]:
        found = f"{labels.min()} to {labels.max()}"
        raise ValueError(f"labels are {found}, but the model has {logits.shape[1]} classes")
    return logits, labels
