import pytest
import torch

from heldout.runtime.artifacts import Table, Trajectory
from heldout.runtime.models.classifier import build_classifier, classifier_model, restore_classifier
from heldout.runtime.operators.select.step import step

CONFIG = {"network": "linear", "shape": [2], "num_classes": 3}
FACTORS = torch.tensor([1.0, 2.0, 3.0])
WEIGHTS = {"head.weight": FACTORS.view(3, 1, 1).expand(3, 3, 2), "head.bias": FACTORS.view(3, 1).expand(3, 3)}
ALONG = Trajectory((10, 20, 30), WEIGHTS, CONFIG)


def tiny(tmp_path, hub):
    return {"trajectory": ALONG, "scores": scores([0.5, 0.75, 0.25])}


def scores(values, **more):
    return Table.columns(
        metric=["accuracy"] * len(values), value=values, step=[10, 20, 30][: len(values)], **more
    )


def test_the_step_with_the_best_score_and_the_first_of_equal_ones():
    found = step(ALONG, scores([0.5, 0.75, 0.75]))
    assert found.model.weights["head.bias"].tolist() == [2.0] * 3 and found.model.config == CONFIG
    assert (found.choice.scalar("step"), found.choice.scalar("criterion")) == (20, 0.75)
    assert step(ALONG, scores([0.5, 0.75, 0.25]), direction="min").choice.scalar("step") == 30


def test_scores_of_a_domain_and_scores_that_are_none_are_passed_over():
    table = scores([0.9, float("nan"), 0.5], group=["0", None, None])
    assert step(ALONG, table).choice.scalar("step") == 30


def test_no_score_is_refused():
    with pytest.raises(ValueError, match="none of the 3 steps has a score in 'nll'"):
        step(ALONG, scores([0.5]), metric="nll")


def test_a_network_of_the_hub_is_stored_as_its_training_stores_it():
    network = {"resnet": {"widths": [4], "depths": [1]}}
    modules = [build_classifier(network, (3, 8, 8), 2, seed) for seed in (0, 1)]
    states = [module.state_dict() for module in modules]
    models = [classifier_model(module) for module in modules]
    along = Trajectory(
        (10, 20), {name: torch.stack([s[name] for s in states]) for name in states[0]}, models[0].config
    )
    found = step(along, scores([0.5, 0.75])).model
    assert found.files == models[1].files and "config.json" in found.files
    assert found.weights.keys() == models[1].weights.keys()
    assert all(torch.equal(found.weights[name], models[1].weights[name]) for name in found.weights)
    x = torch.rand(2, 3, 8, 8)
    assert torch.equal(restore_classifier(found).eval()(x), modules[1].eval()(x))


def test_a_trajectory_of_something_else_is_refused():
    with pytest.raises(ValueError, match="its config lacks network, num_classes, shape"):
        step(Trajectory((10,), {"w": torch.ones(1, 1)}, {}), scores([0.5]))
