import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.language.sequence_pairs import SequencePairs
from heldout.runtime.operator import Interrupted
from heldout.runtime.training.pair_training import factor, train_on_pairs

PAIRS = SequencePairs(torch.tensor([[2], [3], [4]]), torch.tensor([[1], [1], [1]]))


class StopBeforeStep3(StopSignal):
    def __init__(self):
        self.looks = 0

    @property
    def received(self):
        self.looks += 1
        return 15 if self.looks > 3 else None


def train(checkpoint=None, loss=None, **more):
    """Fit one number to the mean of the inputs that are drawn."""
    number = torch.tensor(0.0, requires_grad=True)
    settings = {
        "steps": 8,
        "batch_size": 2,
        "optimizer": "adam",
        "learning_rate": 0.5,
        "warmup": 0.25,
        "record_every": 5,
    } | more
    curve = train_on_pairs(
        {"number": number},
        loss or (lambda pairs: (number - pairs.inputs.float().mean()).square()),
        PAIRS,
        generator=torch.Generator().manual_seed(0),
        checkpoint=checkpoint or Checkpoint(),
        **settings,
    )
    return number, curve


def test_the_rate_rises_and_falls_by_hand():
    # Of 5 steps 2 rise: 1/2 and 1, while a line falls from 1 to 1/10 over the 5.
    expected = [0.5 * 1.0, 1.0 * 0.775, 0.55, 0.325, 0.1]
    assert [factor(step, 5, 0.4) for step in range(5)] == pytest.approx(expected)
    assert factor(0, 1, 0.0) == 1.0


def test_the_loss_falls_and_is_recorded():
    number, curve = train(steps=200)
    assert number.item() == pytest.approx(3.0, abs=0.3)
    assert curve.rows["step"].to_pylist() == [*range(0, 200, 5), 199]


def test_a_resumed_run_ends_as_one_that_was_never_stopped(tmp_path):
    whole, curve = train()
    with pytest.raises(Interrupted):
        train(Checkpoint(tmp_path / "checkpoint", StopBeforeStep3()))
    resumed, same_curve = train(Checkpoint(tmp_path / "checkpoint"))
    assert torch.equal(resumed, whole)
    assert same_curve.rows.equals(curve.rows)


def test_inputs_are_corrupted_and_targets_are_not():
    seen = []

    def loss(pairs):
        seen.append(pairs)
        return torch.tensor(1.0, requires_grad=True)

    train(loss=loss, steps=1, corrupt=lambda tokens, generator: tokens * 0 + 9)
    assert seen[0].inputs.tolist() == [[9], [9]]
    assert seen[0].targets.tolist() == [[1], [1]]


def test_a_loss_that_is_not_finite_ends_the_task():
    with pytest.raises(ValueError, match="the loss is nan at step 0"):
        train(loss=lambda pairs: torch.tensor(float("nan"), requires_grad=True))
