"""What the tests of the objectives share: a linear network, numbers as labels, and a loss."""

import pytest
import torch
from torch import nn

from heldout.runtime.classifier_training.forward import ModuleForward
from heldout.runtime.components.networks.linear import linear
from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.regression_losses.squared_error import squared_error
from heldout.runtime.models.classifier import Classifier


@pytest.fixture
def case():
    """Forward, batch and loss: 3 domains of 8 examples, 5 features, 2 outputs, in float64."""
    torch.manual_seed(0)
    module = Classifier(linear((5,)), (5,), 2).double()
    batch = Batch(torch.randn(3, 8, 5).double(), torch.randn(3, 8, 2).double())
    return ModuleForward(module, nn.ModuleDict()), batch, squared_error


@pytest.fixture
def risks(case):
    """The mean squared error of each domain, by numpy."""
    forward, batch, _ = case
    weight, bias = (forward.parameters[f"head.{name}"].detach().numpy() for name in ("weight", "bias"))
    error = batch.x.numpy() @ weight.T + bias - batch.y.numpy()
    return (error**2).mean(axis=(1, 2))
