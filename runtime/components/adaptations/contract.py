"""What an adaptation is given and what it gives back."""

from collections.abc import Callable, Iterable
from typing import Any, Concatenate, NamedTuple, TypeVar

import torch
from torch import Tensor

from heldout.runtime.models.classifier import Classifier

State = dict[str, Tensor]  # by name; all that the next batch depends on, beside the classifier


class Source(NamedTuple):
    """Labelled data that an adaptation may start with.

    Attributes:
        inputs: as the classifier takes them, [batch, ...] at a time; they are read once.
        labels: of all rows, [num_rows], int64.
    """

    inputs: Iterable[Tensor]
    labels: Tensor


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


def starts_with(initial: Callable[[Classifier, Source | None], State]) -> Callable[[F], F]:
    """Give an adaptation the state it starts with, from the classifier and labelled source data."""

    def declare(function: F) -> F:
        function.initial_state = initial  # type: ignore[attr-defined]
        return function

    return declare


@torch.no_grad()
def features_of(classifier: Classifier, inputs: Iterable[Tensor]) -> Tensor:
    """The classifier's features of many inputs, [num_rows, num_features], on its device.

    Args:
        classifier: in evaluation mode.
        inputs: as it takes them, [batch, ...] at a time.
    """
    device = classifier.head.weight.device
    return torch.cat([classifier.featurizer(x.to(device)).flatten(1) for x in inputs])


def entropy(logits: Tensor) -> Tensor:
    """Shannon entropy of the softmax, nats, [batch], of logits [batch, num_classes]."""
    log_probabilities = logits.log_softmax(1)
    return -(log_probabilities.exp() * log_probabilities).sum(1)
