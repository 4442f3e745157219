import numpy as np
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.models.regressor import restore_regressor
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.data.tables.diabetes_progression import diabetes_progression
from heldout.runtime.operators.train.linear_regression import linear_regression
from heldout.runtime.operators.train.regressor import regressor
from heldout.runtime.resources import Resources
from tests.fixtures.written import written

regressor = written(regressor)

DATA = diabetes_progression(domains=3)


class StopBeforeStep6(StopSignal):
    def __init__(self):
        self.looks = 0

    @property
    def received(self):
        self.looks += 1
        return 15 if self.looks > 6 else None


def tiny(tmp_path, hub):
    return {"data": DATA, "network": {"mlp": {"width": 8}}, "steps": 4, "batch_size": 8, "record_every": 2}


def train(data=DATA, *, start=None, checkpoint=None, **more):
    settings = {"network": {"mlp": {"width": 8}}, "steps": 10, "batch_size": 8, "record_every": 4} | more
    return regressor(data, start, checkpoint=checkpoint or Checkpoint(), **settings)


def predicted(model, data=DATA):
    with torch.no_grad():
        return restore_regressor(model).eval()(data.x).double().numpy()[:, 0]


def mse(model):
    return np.square(predicted(model) - DATA.labels.numpy()).mean()


def test_a_linear_network_comes_to_least_squares():
    # One domain, and batches that are large: the mean loss is that of linear regression.
    data = Dataset(DATA.rows.drop_columns(["domain"]), DATA.tensors)
    trained = train(data, network="linear", steps=400, batch_size=442, learning_rate=0.03, record_every=399)
    assert mse(trained.model) < 1.02 * mse(linear_regression(DATA))
    loss = [row["value"] for row in trained.curve.rows.to_pylist()]
    # In variances of the labels.
    assert loss[-1] == pytest.approx(mse(trained.model) / DATA.labels.numpy().var(), rel=0.1)


def test_micro_batches_give_the_same_weights_within_rounding():
    whole, parts = (train(resources=Resources(micro_batch=size)).model for size in (None, 5))
    for name, weight in whole.weights.items():
        torch.testing.assert_close(parts.weights[name], weight, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="coral is no mean over rows"):
        train(objective="coral", resources=Resources(micro_batch=5))


def test_absolute_error_finds_the_median_and_squared_error_the_mean():
    skewed = DATA.labels.numpy()
    empty = Dataset(DATA.rows.drop_columns(["domain"]), {"x": torch.zeros(442, 1)})
    settings = {"network": "linear", "steps": 300, "batch_size": 442, "learning_rate": 0.02}
    median = predicted(train(empty, loss="absolute-error", **settings).model, empty)[0]
    mean = predicted(train(empty, **settings).model, empty)[0]
    between = np.mean([np.median(skewed), skewed.mean()])
    assert median < between < mean


def test_standardised_or_not_a_fresh_network_predicts_in_the_unit_of_the_labels():
    labels = DATA.labels.numpy()
    assert abs(predicted(train(steps=0).model).mean() - labels.mean()) < labels.std()
    assert abs(predicted(train(steps=0, standardize=False).model).mean()) < 1


def test_starting_goes_on_from_where_the_other_stopped():
    first = train(steps=20).model
    again = train(start=first, steps=0).model
    np.testing.assert_allclose(predicted(again), predicted(first), rtol=1e-5)
    other = train(start=first, steps=0, standardize=False).model
    np.testing.assert_allclose(predicted(other), predicted(first), rtol=1e-5)


@pytest.mark.parametrize("objective", ["erm", "group-dro", {"coral": {"penalty": 0.5}}])
@pytest.mark.parametrize("loss", ["squared-error", {"huber": {"delta": 0.5}}])
def test_a_run_that_was_stopped_gives_the_same_bytes(objective, loss, tmp_path):
    settings = {"objective": objective, "loss": loss, "steps": 10}
    whole = train(**settings)
    with pytest.raises(Interrupted):
        train(checkpoint=Checkpoint(tmp_path, StopBeforeStep6()), **settings)
    resumed = train(checkpoint=Checkpoint(tmp_path), **settings)
    assert resumed.curve.rows.equals(whole.curve.rows)
    assert all(torch.equal(resumed.model.weights[name], w) for name, w in whole.model.weights.items())


def test_objectives_differ():
    losses = {name: predicted(train(objective=name).model) for name in ("erm", "group-dro", "coral")}
    assert not np.allclose(losses["erm"], losses["group-dro"])
    assert not np.allclose(losses["erm"], losses["coral"])


def test_a_loss_that_blows_up_is_named():
    with pytest.raises(ValueError, match="the loss is"):
        train(network="linear", optimizer="sgd", learning_rate=1e6, steps=60, record_every=1)


def test_no_examples_are_refused():
    with pytest.raises(ValueError, match="no examples to train on"):
        train(DATA.take([]))
