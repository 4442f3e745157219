"""What an adaptation is given and what it gives back."""

from collections.abc import Callable
from typing import Any, Concatenate, NamedTuple, TypeVar

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset
from heldout.runtime.loading.in_order import at_once, inputs_in_order
from heldout.runtime.models.classifier import Classifier

State = dict[str, Tensor]  # by name; all that the next batch depends on, beside the classifier


class Step(NamedTuple):
    """What an adaptation says of one batch, and what it has become.

    Attributes:
        logits: [batch, num_classes], nats.
        state: for the next batch; a frozen adaptation throws it away.
    """

    logits: Tensor
    state: State


# The classifier is in evaluation mode and asks for no gradients, the inputs are [batch, ...]. An adaptation
# leaves the classifier as it found it: what it learns is in the state, so that a stream can be taken up
# where another task left it.
Adaptation = Callable[Concatenate[Classifier, Tensor, State, ...], Step]

F = TypeVar("F", bound=Callable[..., Any])


def starts_with(initial: Callable[[Classifier, Dataset | None], State]) -> Callable[[F], F]:
    """Give an adaptation the state it starts with, from the classifier and labelled source data."""

    def declare(function: F) -> F:
        function.initial_state = initial  # type: ignore[attr-defined]
        return function

    return declare


@torch.no_grad()
def features_of(classifier: Classifier, data: Dataset, batch_size: int = 512) -> Tensor:
    """The classifier's features of all inputs of data, [num_rows, num_features], on its device.

    Args:
        classifier: whose transforms each picture is given.
        data: with a tensor `x`, or encoded pictures, which are read a few at a time.
        batch_size: how many, at most.

    Raises:
        ValueError: inputs are of another shape than the classifier's, or one cannot be read.
    """
    device, size = classifier.head.weight.device, at_once(batch_size, classifier.shape)
    parts = inputs_in_order(data, classifier.shape, classifier.preprocess, size, device)
    return torch.cat([classifier.featurizer(part).flatten(1) for part in parts])


def entropy(logits: Tensor) -> Tensor:
    """Shannon entropy of the softmax, nats, [batch], of logits [batch, num_classes]."""
    log_probabilities = logits.log_softmax(1)
    return -(log_probabilities.exp() * log_probabilities).sum(1)
