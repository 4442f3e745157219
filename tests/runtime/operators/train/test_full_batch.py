import numpy as np
import pytest
import torch
from torch.nn import functional

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.models.classifier import build_classifier, restore_classifier
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.data.text.modular_arithmetic import modular_arithmetic
from heldout.runtime.operators.train._full_batch_run import probed_steps
from heldout.runtime.operators.train.full_batch import full_batch

NETWORK = {"mlp": {"width": 16, "depth": 1}}
DATA = modular_arithmetic(modulus=5)


class StopBeforeStep6(StopSignal):
    def __init__(self):
        self.looks = 0

    @property
    def received(self):
        self.looks += 1
        return 15 if self.looks > 6 else None


def train(*, data=DATA, start=None, checkpoint=None, **more):
    settings = {"network": NETWORK, "steps": 10, "points": 4, "learning_rate": 0.02} | more
    return full_batch(data, start, checkpoint=checkpoint or Checkpoint(), **settings)


def curve(trained, metric):
    return {row["step"]: row["value"] for row in trained.curve.rows.to_pylist() if row["metric"] == metric}


def tiny(tmp_path, hub):
    return {"data": DATA, "network": NETWORK, "steps": 4, "points": 2}


def test_probed_steps_are_a_logarithmic_grid():
    assert probed_steps(1000, 4) == (0, 1, 10, 100, 1000)
    assert probed_steps(3, 8) == (0, 1, 2, 3)  # no step twice
    assert probed_steps(7, 1) == (0, 7)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_two_steps_of_gradient_descent_by_autograd(precision):
    dtype = getattr(torch, precision)
    module = build_classifier(NETWORK, (2, 5), 5, seed=3).to(dtype)
    for _ in range(2):
        loss = functional.cross_entropy(module(DATA.x.to(dtype)).double(), DATA.labels)
        gradients = torch.autograd.grad(loss, list(module.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(module.parameters(), gradients, strict=True):
                parameter -= 0.5 * gradient
    loss = {"cross-entropy": {"precision": "float64"}}
    trained = train(
        steps=2, optimizer="sgd", momentum=0.0, learning_rate=0.5, loss=loss, precision=precision, seed=3
    )
    for name, parameter in module.named_parameters():
        assert trained.model.weights[name].dtype == dtype
        torch.testing.assert_close(trained.model.weights[name], parameter.detach())


def test_curve_and_trajectory_are_of_the_same_steps():
    trained = train(steps=300, points=5)
    assert trained.trajectory.steps == probed_steps(300, 5)
    assert tuple(curve(trained, "train_loss")) == trained.trajectory.steps
    assert curve(trained, "train_accuracy")[300] == 1.0
    last = trained.trajectory.weights_at(len(trained.trajectory) - 1)
    assert all(torch.equal(last[name], value) for name, value in trained.model.weights.items())
    with torch.no_grad():
        logits = restore_classifier(trained.model)(DATA.x)
    expected = functional.cross_entropy(logits.double(), DATA.labels).item()
    assert curve(trained, "train_loss")[300] == pytest.approx(expected, rel=1e-3)


def test_half_precision_collapses_and_double_does_not():
    shares = {}
    for precision in ("float16", "float64"):
        loss = {"cross-entropy": {"precision": precision}}
        shares[precision] = curve(train(steps=300, loss=loss), "zero_gradient_share")[300]
    assert shares["float16"] > 0
    assert shares["float64"] == 0


def test_a_transformed_step_is_perpendicular_to_the_weights():
    followed = {
        transform: train(
            steps=1, optimizer="sgd", gradient_transform=transform, precision="float64"
        ).trajectory
        for transform in (None, "perpendicular")
    }
    for name, (before, after) in followed["perpendicular"].weights.items():
        change = after - before
        plain = followed[None].weights[name][1] - before
        torch.testing.assert_close((change * before).sum(), torch.tensor(0.0, dtype=torch.float64))
        torch.testing.assert_close(change.norm(), plain.norm())
        assert (plain * before).sum().abs() > 1e-6


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_checkpoint_resumes_to_the_same_bits(optimizer, tmp_path):
    more = {"optimizer": optimizer, "weight_decay": 0.1, "gradient_transform": "perpendicular"}
    whole = train(**more)
    with pytest.raises(Interrupted):
        train(checkpoint=Checkpoint(tmp_path / "c", StopBeforeStep6()), **more)
    assert Checkpoint(tmp_path / "c").load()[1]["step"] == 6
    resumed = train(checkpoint=Checkpoint(tmp_path / "c"), **more)
    assert whole.curve.rows.equals(resumed.curve.rows)
    assert whole.trajectory.steps == resumed.trajectory.steps
    for name, value in whole.trajectory.weights.items():
        assert torch.equal(value, resumed.trajectory.weights[name])


def test_starts_from_a_model():
    start = train(steps=5).model
    again = train(start=start, network="linear", steps=1).trajectory.weights_at(0)
    assert all(torch.equal(again[name], value) for name, value in start.weights.items())


def test_names_the_step_at_which_the_loss_is_not_a_number():
    broken = Dataset(DATA.rows, {"x": DATA.x * float("nan")}, DATA.classes)
    with pytest.raises(ValueError, match="the loss is nan at step 0"):
        train(data=broken)


def test_refuses_no_examples():
    with pytest.raises(ValueError, match="no examples to train on"):
        train(data=DATA.take(np.array([], dtype=np.int64)))
