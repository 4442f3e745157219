import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.models.classifier import restore_classifier
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.evaluate.trajectory import trajectory
from heldout.runtime.operators.select.step import step
from heldout.runtime.operators.train.classifier import classifier
from tests.fixtures.written import written

classifier = written(classifier)

NETWORK = {"mlp": {"width": 16, "dropout": 0.1}}


class StopBeforeStep6(StopSignal):
    def __init__(self):
        self.looks = 0

    @property
    def received(self):
        self.looks += 1
        return 15 if self.looks > 6 else None


def train(data, *, start=None, checkpoint=None, **more):
    settings = {"network": NETWORK, "steps": 10, "batch_size": 8, "record_every": 4} | more
    return classifier(data, start, checkpoint=checkpoint or Checkpoint(), **settings)


def accuracy(model, data):
    module = restore_classifier(model).eval()
    with torch.no_grad():
        return (module(data.x).argmax(1) == data.labels).float().mean().item()


def tiny(tmp_path, hub):
    return {"network": NETWORK, "steps": 4, "batch_size": 8, "record_every": 2}


def test_learns_and_records_a_falling_curve(make_data):
    data = make_data()
    trained = train(data, steps=200, learning_rate=0.01)
    assert accuracy(trained.model, data) > 0.9
    rows = trained.curve.rows.to_pylist()
    assert [row["step"] for row in rows] == [*range(0, 200, 4), 199]
    assert {row["metric"] for row in rows} == {"loss"}
    assert rows[-1]["value"] < 0.5 * rows[0]["value"]


def test_initial_weights_are_those_of_the_seed_and_of_no_objective(make_data):
    models = [train(make_data(), steps=0, objective=name, seed=3).model for name in ("erm", "dann")]
    other = train(make_data(), steps=0, seed=4).model
    assert all(torch.equal(models[0].weights[key], models[1].weights[key]) for key in models[0].weights)
    assert not torch.equal(models[0].weights["head.weight"], other.weights["head.weight"])


def test_starts_from_a_model_with_its_network(make_data):
    data = make_data()
    start = train(data, steps=5).model
    same = train(data, start=start, network="mlp", steps=0).model
    assert same.config["network"] == NETWORK
    assert all(torch.equal(same.weights[key], start.weights[key]) for key in start.weights)


def test_starting_with_other_classes_keeps_the_featurizer_and_renews_the_head(make_data):
    data = make_data()
    start = train(data, steps=5).model
    more = Dataset(data.rows, data.tensors, ("a", "b", "c", "d"))
    model = train(more, start=start, steps=0).model
    assert model.weights["head.weight"].shape == (4, 16)
    kept = [key for key in start.weights if key.startswith("featurizer.")]
    assert kept
    assert all(torch.equal(model.weights[key], start.weights[key]) for key in kept)


@pytest.mark.parametrize("dropout", [0.0, 0.5])  # of features, beside that of the network
def test_checkpoint_with_dropout_resumes_to_the_same_bits(make_data, tmp_path, dropout):
    whole = train(make_data(), dropout=dropout)
    with pytest.raises(Interrupted):
        train(make_data(), checkpoint=Checkpoint(tmp_path / "c", StopBeforeStep6()), dropout=dropout)
    assert Checkpoint(tmp_path / "c").load()[1]["step"] == 6
    resumed = train(make_data(), checkpoint=Checkpoint(tmp_path / "c"), dropout=dropout)
    assert all(
        torch.equal(whole.model.weights[key], resumed.model.weights[key]) for key in whole.model.weights
    )
    assert whole.curve.rows.equals(resumed.curve.rows)


def test_names_the_step_at_which_the_loss_is_not_a_number(make_data):
    data = make_data()
    broken = Dataset(data.rows, {"x": data.x * float("nan")}, data.classes)
    with pytest.raises(ValueError, match="the loss is nan at step 0"):
        train(broken)


def test_refuses_an_unknown_objective(make_data):
    with pytest.raises(ValueError, match="objectives/corral"):
        train(make_data(), objective="corral")


def test_weights_that_are_kept_along_the_way_are_scored_and_chosen_among(make_data, tmp_path):
    data = make_data()
    alone = train(data, steps=8)
    followed = train(data, steps=8, keep_every=3, checkpoint=Checkpoint(tmp_path / "task"))
    assert followed.trajectory.steps == (3, 6, 8)
    scores = trajectory(followed.trajectory, data)
    chosen = step(followed.trajectory, scores, metric="nll", direction="min")
    assert chosen.choice.scalar("step") == 8
    for name, weight in alone.model.weights.items():
        assert torch.equal(chosen.model.weights[name], weight)
        assert torch.equal(followed.trajectory.weights_at(0)[name], train(data, steps=3).model.weights[name])
    assert accuracy(chosen.model, data) == accuracy(alone.model, data)
    assert len(alone.trajectory) == 0


def test_kept_weights_survive_an_interruption(make_data, tmp_path):
    data, folder = make_data(), tmp_path / "task"
    whole = train(data, keep_every=2)
    with pytest.raises(Interrupted):
        train(data, keep_every=2, checkpoint=Checkpoint(folder, StopBeforeStep6()))
    again = train(data, keep_every=2, checkpoint=Checkpoint(folder))
    assert again.trajectory.steps == whole.trajectory.steps == (2, 4, 6, 8, 10)
    for point in range(5):
        one, other = whole.trajectory.weights_at(point), again.trajectory.weights_at(point)
        assert all(torch.equal(one[name], other[name]) for name in one)
