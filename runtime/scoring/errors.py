"""Scores of predicted numbers: how far they are from the labels."""

from collections.abc import Mapping

import numpy as np
import torch
from sklearn.metrics import r2_score

from heldout.runtime.artifacts import Dataset, Estimates
from heldout.runtime.loading.in_order import at_once, inputs_in_order
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.scoring.parts import outputs


def estimate(module: Classifier, data: Dataset, batch_size: int, workers: int = 0) -> Estimates:
    """What a network predicts of labelled examples, in evaluation mode, on its own device.

    Raises:
        ValueError: there are no examples, their labels are no numbers, the shapes do not fit, or a
            prediction is not finite.
    """
    if not len(data):
        raise ValueError("there are no examples to evaluate on")
    device = next(module.parameters()).device
    module.eval()
    with torch.inference_mode():
        size = at_once(batch_size, module.shape)
        inputs = inputs_in_order(data, module.shape, module.preprocess, size, device, workers)
        batches = [values.double().cpu() for values in outputs(module, inputs)]
    predicted = torch.cat(batches).numpy()
    if not np.isfinite(predicted).all():
        raise ValueError(f"predictions of {(~np.isfinite(predicted).all(1)).sum()} examples are not finite")
    return Estimates.of(data.rows, predicted)


def error_scores(labels: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """All scores that need no domains, averaged over the outputs before a root is taken.

    Args:
        labels: [num_rows, num_outputs], in some unit u.
        predicted: the same.

    Returns:
        `mse`, unit u^2; `rmse` and `mae`, unit u; `r2`, one less the squared error in shares of that of
        the labels' own mean, the mean over outputs (Draper & Smith 1998, "Applied Regression Analysis",
        equation 1.3.2); NaN where an output's labels are all equal.

    Raises:
        ValueError: there are no rows.
    """
    if not len(labels):
        raise ValueError("there are no examples to evaluate on")
    error = predicted - labels
    mse = float(np.square(error).mean())
    constant = bool((labels == labels[0]).all(axis=0).any())
    r2 = float("nan") if constant else float(r2_score(labels, predicted))
    return {"mse": mse, "rmse": mse**0.5, "mae": float(np.abs(error).mean()), "r2": r2}


def scores_by_domain(estimates: Estimates) -> Mapping[str, dict[str, float]]:
    """The scores of each domain by itself, by its name, in order of first appearance."""
    labels, predicted, domains = estimates.labels, estimates.predicted, estimates.domains
    return {
        name: error_scores(labels[domains == name], predicted[domains == name])
        for name in dict.fromkeys(domains)
    }
