import pytest
import torch

from heldout.runtime.artifacts import Trajectory
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.evaluate.classification import classification
from heldout.runtime.operators.evaluate.trajectory import trajectory

SHAPE = (1, 8, 8)
SCORES = ("accuracy", "worst_group_accuracy", "mean_group_accuracy", "nll")


def digits():
    return rotated_digits(angles=[0, 30]).take(range(0, 1797, 30))


def models():
    return [classifier_model(build_classifier("linear", SHAPE, 10, seed)) for seed in (0, 1)]


def followed(steps=(0, 7)):
    one, two = (model.weights for model in models())
    return Trajectory(steps, {name: torch.stack([one[name], two[name]]) for name in one}, models()[0].config)


def tiny(tmp_path, hub):
    return {"trajectory": followed()}


def test_each_point_scores_as_its_model_does():
    rows = trajectory(followed(), digits()).rows.to_pylist()
    for step, model in zip((0, 7), models(), strict=True):
        scored = classification(model, digits()).table
        found = {r["metric"]: r["value"] for r in rows if r["step"] == step and r["group"] is None}
        assert found == {name: scored.scalar(name) for name in SCORES}


def test_domains_are_groups_and_their_mean_is_the_whole():
    data = digits()
    rows = trajectory(followed(), data).rows.to_pylist()
    counts = {name: (data.domains == name).sum() for name in data.domain_names}
    at = {r["group"]: r["value"] for r in rows if r["step"] == 7 and r["metric"] == "accuracy"}
    assert set(at) == {None, "0", "30"}
    assert at[None] == pytest.approx(sum(at[n] * counts[n] for n in counts) / len(data))


def test_without_points_there_is_nothing_to_score():
    empty = Trajectory((), {}, models()[0].config)
    with pytest.raises(ValueError, match="the trajectory has no points"):
        trajectory(empty, digits())
