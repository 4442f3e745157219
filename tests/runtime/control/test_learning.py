import pytest
import torch
from torch import nn

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.control.learning import Learner, follow, learn
from heldout.runtime.operator import Interrupted


class Line(Learner):
    """Fits a slope to noisy points of y = 3 x."""

    def __init__(self):
        self.module = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(self.module.weight)
        self.trained = list(self.module.parameters())
        self.updates = 0

    def loss(self, generator):
        x = torch.rand(8, 1, generator=generator)
        return (self.module(x) - 3 * x).square().mean()

    def after_step(self):
        self.updates += 1


def fitted(steps, checkpoint=None, learner=None):
    learner = learner or Line()
    settings = {"learning_rate": 0.05, "record_every": 10, "checkpoint": checkpoint or Checkpoint()}
    return learner, learn(learner, steps=steps, generator=torch.Generator().manual_seed(0), **settings)


def test_the_curve_falls_and_the_last_step_is_on_it():
    learner, curve = fitted(205)
    rows = curve.rows.to_pylist()
    assert [row["step"] for row in rows] == [*range(0, 205, 10), 204]
    assert rows[-1]["value"] < 0.01 * rows[0]["value"]
    assert learner.module.weight.item() == pytest.approx(3, abs=0.1)
    assert learner.updates == 205


def test_a_run_that_was_stopped_goes_on_to_the_same_bits(tmp_path, stop_before):
    whole, curve = fitted(30)
    with pytest.raises(Interrupted):
        fitted(30, Checkpoint(tmp_path, stop_before(13)))
    resumed, later = fitted(30, Checkpoint(tmp_path))
    assert torch.equal(resumed.module.weight, whole.module.weight)
    assert later.rows.equals(curve.rows)
    assert resumed.updates == 30 - 12  # it was stopped before the thirteenth


def test_a_loss_that_is_no_number_names_its_step():
    learner = Line()
    with torch.no_grad():
        learner.module.weight.fill_(float("nan"))
    with pytest.raises(ValueError, match="nan at step 0"):
        fitted(5, learner=learner)


def test_a_target_goes_a_share_of_the_way():
    target, source = nn.Linear(1, 1), nn.Linear(1, 1)
    for module, value in ((target, 1.0), (source, 3.0)):
        for parameter in module.parameters():
            nn.init.constant_(parameter, value)
    follow(target, source, 0.25)
    assert [p.item() for p in target.parameters()] == [1.5, 1.5]  # 1 + 0.25 (3 - 1)
    assert [p.item() for p in source.parameters()] == [3.0, 3.0]
