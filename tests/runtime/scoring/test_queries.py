"""A black box: it can be asked, and neither differentiated nor read."""

import pytest
import torch

from heldout.runtime.artifacts import Model, Scalar
from heldout.runtime.artifacts.parts import memory_of
from heldout.runtime.machine.catalog.signature import Port
from heldout.runtime.machine.execute.inputs import as_port_takes_it
from heldout.runtime.models.classifier import build_classifier, classifier_model, restore_classifier
from heldout.runtime.models.language_model import build_language_model, language_model_artifact
from heldout.runtime.operator import Use
from heldout.runtime.scoring.queries import ask

PORT = Port("model", Model, False, False, False, Use.QUERIES)


@pytest.fixture(scope="module")
def model():
    return classifier_model(build_classifier({"mlp": {"width": 8}}, (4,), 3, seed=0))


@pytest.fixture(scope="module")
def box(model):
    return as_port_takes_it(model, PORT, None)


def test_it_says_what_the_model_says(model, box):
    inputs = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
    expected = restore_classifier(model).eval()(inputs)
    assert torch.equal(ask(box, inputs, batch_size=2), expected.detach())
    assert torch.equal(ask(model, inputs), expected.detach()), "a model that is not sealed can be asked too"


def test_no_gradient_goes_through_it(box):
    inputs = torch.ones(1, 4, requires_grad=True)
    said = ask(box, inputs)
    assert not said.requires_grad
    with pytest.raises(RuntimeError, match="does not require grad"):
        said.sum().backward()


@pytest.mark.parametrize(
    "read",
    [
        lambda box: box.weights["head.weight"],
        lambda box: dict(box.weights),
        lambda box: len(box.weights),
        restore_classifier,
    ],
)
def test_its_weights_are_not_read(box, read):
    with pytest.raises(ValueError, match=r"may be asked and not read: the operator declares `Use.QUERIES`"):
        read(box)


def test_what_is_known_of_it_is_known(model, box):
    assert box.config == model.config
    assert memory_of(box) < memory_of(model), "the weights are counted where they are kept"


def test_a_language_model_is_asked_by_tokens():
    network = {"decoder": {"width": 8, "depth": 1, "heads": 2}}
    module = build_language_model(network, 11, seed=0)
    box = as_port_takes_it(language_model_artifact(module, network, 11), PORT, None)
    tokens = torch.tensor([[1, 2, 3]])
    assert torch.equal(ask(box, tokens), module.eval()(tokens).detach())


def test_what_is_no_model_or_asked_nothing(box):
    with pytest.raises(ValueError, match="models are queried, and this is a Scalar"):
        as_port_takes_it(Scalar(1.0), Port("x", Scalar, False, False, False, Use.QUERIES), None)
    with pytest.raises(ValueError, match="no inputs to ask about"):
        ask(box, torch.zeros(0, 4))
    with pytest.raises(ValueError, match="no language model"):
        ask(Model({}, {}), torch.zeros(1, 4))
