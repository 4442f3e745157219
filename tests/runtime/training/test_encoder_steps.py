import pytest
import torch
from torch import nn

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operator import Interrupted
from heldout.runtime.training.encoder_steps import drawn_rows, train_encoder
from heldout.runtime.training.plan import Plan

X = torch.rand(20, 3, generator=torch.Generator().manual_seed(0))


def steps(count, rate=0.05):
    return Plan(count, rate, "adamw", schedule="linear", clip=1.0, record_every=2)


class StopsAt(Checkpoint):
    """The job is asked to stop when so many steps are done."""

    def __init__(self, folder, steps):
        super().__init__(folder)
        self.left = steps

    @property
    def stop(self):
        self.left -= 1
        return self.left < 0


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1))


def trained(checkpoint, count=6):
    module = network()
    curve = train_encoder(
        module,
        lambda draw: module(X[drawn_rows(len(X), 5, draw)]).square().mean(),
        steps(count),
        1,
        checkpoint,
    )
    return module, curve


def test_a_run_that_was_stopped_and_taken_up_gives_the_same_bits(tmp_path):
    whole, curve = trained(Checkpoint())
    with pytest.raises(Interrupted):
        trained(StopsAt(tmp_path, 3))
    torch.rand(7)  # the job that comes back starts from other global random numbers
    again, curve_again = trained(Checkpoint(tmp_path))
    assert curve.rows == curve_again.rows
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])


def test_the_curve_has_every_second_step_and_the_last():
    assert trained(Checkpoint())[1].rows["step"].to_pylist() == [0, 2, 4, 5]


def test_the_loss_falls():
    losses = trained(Checkpoint(), count=60)[1].rows["value"].to_pylist()
    assert losses[-1] < losses[0] / 2


def test_a_loss_that_is_no_number_is_named_with_its_step():
    module = network()
    with pytest.raises(ValueError, match="the loss is nan at step 0"):
        train_encoder(module, lambda _: module(X).mean() * float("nan"), steps(3), 1, Checkpoint())


def test_rows_are_drawn_once_each():
    rows = drawn_rows(5, 9, torch.Generator().manual_seed(0))
    assert sorted(rows.tolist()) == [0, 1, 2, 3, 4]
