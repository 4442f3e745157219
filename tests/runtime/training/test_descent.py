import pytest
import torch
from torch import nn

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operator import Interrupted
from heldout.runtime.training.descent import Batches, build_optimizer, descend
from heldout.runtime.training.learning_rate import learning_rate_at

TARGET = torch.tensor([1.0, -2.0])


class Point(nn.Module):
    def __init__(self):
        super().__init__()
        self.at = nn.Parameter(torch.zeros(2))


class StopsAt(Checkpoint):
    """Asks to stop when it is looked at for the n-th time."""

    def __init__(self, folder, looks):
        super().__init__(folder)
        self.looks = looks

    @property
    def stop(self):
        self.looks -= 1
        return self.looks < 0


def rate(step, steps=10):
    return learning_rate_at(step, steps, 0.1, "cosine", 0.2)


def curve_of(table):
    return dict(zip(table.rows["step"].to_pylist(), table.rows["value"].to_pylist(), strict=True))


def run(checkpoint, steps=10, optimizer="adam"):
    point = Point()
    losses = descend(
        point.state_dict(),
        lambda step: (point.at - TARGET).square().sum() + 0.01 * step,
        optimizer=build_optimizer(optimizer, point.parameters(), 0.0),
        rate_at=lambda step: rate(step, steps),
        steps=steps,
        record_every=3,
        checkpoint=checkpoint,
    )
    return point.at.detach(), curve_of(losses)


def test_each_epoch_takes_every_row_once():
    batches = Batches(7, 3, seed=0)
    epochs = [torch.cat([batches.at(2 * epoch + part) for part in range(2)]) for epoch in range(3)]
    assert batches.per_epoch == 2  # 7 // 3: one row is left over
    assert all(len(set(epoch.tolist())) == 6 for epoch in epochs)
    assert epochs[0].tolist() != epochs[1].tolist()
    assert Batches(7, 3, seed=0).at(5).tolist() == batches.at(5).tolist()
    assert sorted(Batches(2, 8, seed=0).at(0).tolist()) == [0, 1]


def test_one_step_of_sgd_by_hand():
    # Gradient at 0 is -2 target, the rate of the first of two warm-up steps is 0.05.
    point = Point()
    descend(
        point.state_dict(),
        lambda step: (point.at - TARGET).square().sum(),
        optimizer=build_optimizer("sgd", point.parameters(), 0.0),
        rate_at=rate,
        steps=1,
        record_every=1,
        checkpoint=Checkpoint(),
    )
    torch.testing.assert_close(point.at.detach(), 0.05 * 2 * TARGET)


def test_the_curve_has_a_point_every_so_often_and_at_the_end():
    _, losses = run(Checkpoint(), steps=11)
    assert list(losses) == [0, 3, 6, 9, 10]
    assert losses[0] == pytest.approx(1 + 4)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_an_interrupted_run_ends_as_one_that_was_not(tmp_path, optimizer):
    whole = run(Checkpoint(), optimizer=optimizer)
    with pytest.raises(Interrupted):
        run(StopsAt(tmp_path, 4), optimizer=optimizer)
    at, losses = run(Checkpoint(tmp_path), optimizer=optimizer)
    assert torch.equal(at, whole[0])
    assert losses == whole[1]


def test_a_loss_that_is_not_finite_ends_it():
    point = Point()
    with pytest.raises(ValueError, match="the loss is nan at step 0"):
        descend(
            point.state_dict(),
            lambda step: point.at.sum() * float("nan"),
            optimizer=build_optimizer("sgd", point.parameters(), 0.0),
            rate_at=lambda step: 0.1,
            steps=1,
            record_every=1,
            checkpoint=Checkpoint(),
        )


def test_no_examples_are_refused():
    with pytest.raises(ValueError, match="no examples"):
        Batches(0, 4, seed=0)


def test_gradients_are_clipped_and_what_follows_a_step_follows():
    # The gradient at 0 is -2 target, of norm 2 sqrt(5); clipped to 1 it is -target / sqrt(5).
    point, seen = Point(), []
    descend(
        point.state_dict(),
        lambda step: (point.at - TARGET).square().sum(),
        optimizer=torch.optim.SGD(point.parameters(), lr=0.5),
        steps=1,
        record_every=1,
        checkpoint=Checkpoint(),
        clip=1.0,
        after_step=lambda: seen.append(point.at.detach().clone()),
    )
    torch.testing.assert_close(point.at.detach(), 0.5 * TARGET / 5**0.5)
    assert torch.equal(seen[0], point.at)


def test_a_run_that_draws_is_interrupted_and_ends_the_same(tmp_path):
    def drawing(checkpoint):
        point, generator = Point(), torch.Generator().manual_seed(3)
        torch.manual_seed(4)

        def loss_at(step):
            return (point.at - torch.rand(2, generator=generator) - torch.rand(2)).square().sum()

        descend(
            {"at": point.at},
            loss_at,
            optimizer=torch.optim.Adam(point.parameters(), lr=0.1),
            steps=8,
            record_every=1,
            checkpoint=checkpoint,
            generator=generator,
        )
        return point.at.detach()

    whole = drawing(Checkpoint())
    with pytest.raises(Interrupted):
        drawing(StopsAt(tmp_path, 5))
    assert torch.equal(drawing(Checkpoint(tmp_path)), whole)
