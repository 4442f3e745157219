import pytest
import torch
from torch import nn

from heldout.runtime.classifier_training.forward import ModuleForward, bind_objective
from heldout.runtime.components.networks.mlp import mlp
from heldout.runtime.models.classifier import Classifier

SHAPE = (2, 3)


def build(seed):
    torch.manual_seed(seed)
    classifier = Classifier(mlp(SHAPE, width=4), SHAPE, 3)
    return classifier, nn.ModuleDict({"judge": nn.Linear(4, 2)})


@pytest.fixture
def x():
    return torch.randn(5, 7, *SHAPE, generator=torch.Generator().manual_seed(9))


def test_keeps_leading_dimensions(x):
    classifier, auxiliaries = build(0)
    forward = ModuleForward(classifier, auxiliaries)
    assert forward.features(x).shape == (5, 7, 4)
    assert forward.features(x[0]).shape == (7, 4)
    torch.testing.assert_close(forward.logits(x)[3], classifier(x[3]))
    assert forward.auxiliary("judge", forward.features(x)).shape == (5, 7, 2)


def test_at_other_weights_is_the_network_that_has_them(x):
    classifier, auxiliaries = build(0)
    other_classifier, other_auxiliaries = build(1)
    other = ModuleForward(other_classifier, other_auxiliaries)
    moved = ModuleForward(classifier, auxiliaries).at(other.parameters)
    assert set(moved.parameters) == {
        *(name for name, _ in classifier.named_parameters()),
        "auxiliary.judge.weight",
        "auxiliary.judge.bias",
    }
    torch.testing.assert_close(moved.logits(x), other.logits(x))
    features = other.features(x)
    torch.testing.assert_close(moved.auxiliary("judge", features), other.auxiliary("judge", features))


def test_gradient_passes_through_the_weights_that_at_is_given(x):
    classifier, auxiliaries = build(0)
    forward = ModuleForward(classifier, auxiliaries)
    rate = torch.tensor(0.5, requires_grad=True)
    scaled = forward.at({name: rate * weight for name, weight in forward.parameters.items()})
    gradient = torch.autograd.grad(scaled.logits(x).sum(), [rate, forward.parameters["head.bias"]])
    assert gradient[0] != 0
    torch.testing.assert_close(gradient[1], torch.full((3,), 0.5 * 5 * 7))


def test_bind_passes_what_the_signature_asks_for():
    def objective(step, batch, *, penalty=1.0):
        return step, batch, penalty

    bound = bind_objective(objective, {"penalty": 2.0})
    assert bound({"batch": "b", "step": 3, "state": None}) == (3, "b", 2.0)
