"""What the tests of the objectives share: a network whose features are its inputs."""

import pytest
import torch
from torch import nn

from heldout.runtime.classifier_training.forward import ModuleForward
from heldout.runtime.components.networks.mlp import mlp
from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.models.classifier import Classifier


@pytest.fixture
def linear_forward():
    """Builds a forward of a linear head on the inputs themselves, with auxiliary networks."""

    def build(weight, bias, auxiliaries=None):
        weight, bias = torch.as_tensor(weight), torch.as_tensor(bias)
        shape = (weight.shape[1],)
        classifier = Classifier(mlp(shape, depth=0), shape, len(weight)).to(weight.dtype)
        with torch.no_grad():
            classifier.head.weight.copy_(weight)
            classifier.head.bias.copy_(bias)
        return ModuleForward(classifier, nn.ModuleDict(auxiliaries or {}).to(weight.dtype))

    return build


@pytest.fixture
def random_case(linear_forward):
    """A float64 forward and batch: 3 domains of 8 examples, 5 features, 4 classes."""

    def build(seed=0, num_domains=3, auxiliaries=None):
        g = torch.Generator().manual_seed(seed)
        weight = torch.randn(4, 5, generator=g, dtype=torch.float64)
        bias = torch.randn(4, generator=g, dtype=torch.float64)
        x = torch.randn(num_domains, 8, 5, generator=g, dtype=torch.float64)
        y = torch.randint(0, 4, (num_domains, 8), generator=g)
        return linear_forward(weight, bias, auxiliaries), Batch(x, y)

    return build
