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


class Normed(nn.Module):
    """Batch norm of the inputs alone, so that features are known by hand."""

    num_features = 6

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(6, affine=False, momentum=1.0)

    def forward(self, x):
        return self.norm(x.flatten(1))


def test_by_domain_batch_norm_sees_one_domain_at_a_time(x):
    classifier = Classifier(Normed(), SHAPE, 3).train()
    forward = ModuleForward(classifier, nn.ModuleDict())
    flat = x.flatten(2)
    own = (flat - flat.mean(1, keepdim=True)) / (flat.var(1, keepdim=True, correction=0) + 1e-5).sqrt()
    torch.testing.assert_close(forward.by_domain().features(x), own)
    torch.testing.assert_close(classifier.featurizer.norm.running_mean, flat[-1].mean(0))  # the last pass
    torch.testing.assert_close(forward.by_domain().logits(x), classifier.head(own))
    joined = forward.features(x)
    torch.testing.assert_close(joined.mean((0, 1)), torch.zeros(6), atol=1e-6, rtol=0)
    assert not torch.allclose(joined, own, atol=0.1)


def test_by_domain_keeps_other_weights(x):
    classifier = Classifier(Normed(), SHAPE, 3).train()
    forward = ModuleForward(classifier, nn.ModuleDict())
    nothing = {name: torch.zeros_like(weight) for name, weight in forward.parameters.items()}
    assert not forward.at(nothing).by_domain().logits(x).any()


def test_by_domain_is_one_pass_where_there_are_no_statistics(x):
    forward = ModuleForward(*build(0))
    assert torch.equal(forward.by_domain().logits(x), forward.logits(x))


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


def test_dropout_takes_a_part_of_the_features_and_scales_the_rest(x):
    classifier, auxiliaries = build(0)
    whole = ModuleForward(classifier, auxiliaries).features(x)
    torch.manual_seed(3)
    forward = ModuleForward(classifier, auxiliaries, dropout=0.5).by_domain()
    found = forward.features(x)
    kept = found != 0
    assert 0.3 < kept[whole != 0].float().mean() < 0.7
    torch.testing.assert_close(found[kept], 2 * whole[kept])  # 1 / (1 - 0.5)
    again = forward.at(dict(forward.parameters))
    torch.manual_seed(3)
    torch.testing.assert_close(again.logits(x), classifier.head(found))
