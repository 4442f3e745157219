import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.models.classifier import (
    build_classifier,
    classifier_model,
    restore_classifier,
)


def test_the_artifact_says_what_rebuilds_it():
    model = classifier_model(build_classifier({"mlp": {"width": 4}}, (2, 3), 5, seed=0))
    assert model.config == {"network": {"mlp": {"width": 4}}, "shape": [2, 3], "num_classes": 5}


def test_building_leaves_the_global_stream_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    build_classifier("mlp", (3,), 2, seed=0)
    assert torch.equal(torch.rand(1), expected)


def test_a_model_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="no classifier: its config names no network"):
        restore_classifier(Model({}, {"kind": "adapter"}))


def test_weights_that_do_not_fit_are_refused():
    model = classifier_model(build_classifier({"mlp": {"width": 4}}, (3,), 2, seed=0))
    other = Model(model.weights, model.config | {"network": {"mlp": {"width": 5}}})
    with pytest.raises(ValueError, match=r"the weights do not fit the network .*'width': 5"):
        restore_classifier(other)
    with pytest.raises(ValueError, match="the weights do not fit the network"):
        restore_classifier(other, num_classes=3)
