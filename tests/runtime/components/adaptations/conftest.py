"""What the tests of the adaptations share: a classifier whose features are its inputs."""

import pytest
import torch

from heldout.runtime.components.adaptations.contract import Source
from heldout.runtime.components.networks.mlp import mlp
from heldout.runtime.models.classifier import Classifier


@pytest.fixture
def plain():
    """Builds a classifier with this head, in evaluation mode, on the inputs themselves."""

    def build(weight, bias=None):
        weight = torch.tensor(weight)
        shape = (weight.shape[1],)
        classifier = Classifier(mlp(shape, depth=0), shape, len(weight)).eval().requires_grad_(False)
        classifier.head.weight.copy_(weight)
        classifier.head.bias.copy_(torch.tensor(bias or [0.0] * len(weight)))
        return classifier

    return build


@pytest.fixture
def labelled():
    """Builds labelled data from inputs and labels."""

    def build(x, labels):
        return Source(torch.tensor(x).split(2), torch.tensor(labels))

    return build
