"""A regressor: a featurizer and a linear head whose outputs are numbers in the unit of the labels."""

from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from heldout.runtime.artifacts import Model
from heldout.runtime.models.classifier import (
    Classifier,
    build_classifier,
    classifier_model,
    restore_classifier,
)

PREDICTS, NUMBERS = "predicts", "numbers"  # in the config of a model: what tells it from a classifier


class Scale(NamedTuple):
    """By what labels are standardised: (label - centre) / spread, of each output, [num_outputs]."""

    centre: Tensor
    spread: Tensor

    @classmethod
    def of(cls, labels: np.ndarray) -> Self:
        """Mean and standard deviation of labels, [num_rows, num_outputs]; 1 where they are all equal."""
        spread = labels.std(axis=0)
        return cls(torch.from_numpy(labels.mean(axis=0)), torch.from_numpy(np.where(spread > 0, spread, 1.0)))

    @classmethod
    def none(cls, num_outputs: int) -> Self:
        """That which changes nothing."""
        return cls(torch.zeros(num_outputs).double(), torch.ones(num_outputs).double())

    def standardised(self, labels: np.ndarray) -> Tensor:
        """Labels as a network learns them, [num_rows, num_outputs], float32."""
        return ((torch.from_numpy(labels) - self.centre) / self.spread).float()


def regressor_model(module: Classifier, scale: Scale) -> Model:
    """The artifact of a network that was trained on standardised labels: it predicts in their own unit."""
    model = classifier_model(module)
    weight, bias = (model.weights[name].detach().cpu() for name in ("head.weight", "head.bias"))
    head = {
        "head.weight": (weight.double() * scale.spread[:, None]).to(weight.dtype),
        "head.bias": (bias.double() * scale.spread + scale.centre).to(bias.dtype),
    }
    config = {**model.config, PREDICTS: NUMBERS}
    return replace(model, weights={**model.weights, **head}, config=config)


def restore_regressor(model: Model) -> Classifier:
    """The network of an artifact.

    Raises:
        ValueError: it is of something else, such as a classifier.
    """
    if model.config.get(PREDICTS) != NUMBERS:
        raise ValueError(
            "this model predicts no numbers: train/regressor and train/linear-regression make some"
        )
    return restore_classifier(model)


def begin_regressor(
    network: str | dict[str, Any],
    start: Model | None,
    shape: tuple[int, ...],
    scale: Scale,
    seed: int,
) -> Classifier:
    """The network that training begins with, for labels that are standardised.

    Args:
        network: as a study writes it, where it is a fresh one.
        start: what it goes on from: of a regressor with as many outputs its head too, else its featurizer.
        shape: of one input.
        scale: of the labels.
        seed: of all that is fresh.

    Raises:
        ValueError: `start` does not fit.
    """
    num_outputs = len(scale.centre)
    if start is None:
        return build_classifier(network, shape, num_outputs, seed)
    if start.config.get(PREDICTS) != NUMBERS:  # a head that tells classes apart is of no use here
        headless = replace(start, config={**start.config, "num_classes": None})
        return restore_classifier(headless, num_outputs, seed, shape)
    module = restore_classifier(start, num_outputs, seed, shape)
    if start.config["num_classes"] == num_outputs:
        with torch.no_grad():
            module.head.weight.copy_(module.head.weight.double() / scale.spread[:, None])
            module.head.bias.copy_((module.head.bias.double() - scale.centre) / scale.spread)
    return module
