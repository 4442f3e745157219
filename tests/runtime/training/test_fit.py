import copy

import pytest
import torch
from torch import nn

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operator import Interrupted
from heldout.runtime.training.fit import fit
from heldout.runtime.training.micro_batches import micro_losses
from heldout.runtime.training.options import TrainingOptions
from heldout.runtime.training.plan import Plan

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


def plan(steps=10, **given):
    return Plan(
        **{
            "steps": steps,
            "learning_rate": 0.1,
            "optimizer": "adamw",
            "schedule": "cosine",
            "warmup": 0.2,
            "record_every": 3,
            "options": TrainingOptions(average=0.5),
            **given,
        }
    )


def curve_of(table):
    return dict(zip(table.rows["step"].to_pylist(), table.rows["value"].to_pylist(), strict=True))


def square(point):
    return lambda step: (point.at - TARGET).square().sum() + 0.01 * step


def run(checkpoint, **given):
    point = Point()
    curve = fit(point, square(point), plan(**given), checkpoint=checkpoint)
    return point.at.detach(), curve_of(curve)


def test_one_step_by_hand():
    # Gradient at 0 is -2 target, the rate of the first of two warm-up steps is 0.05.
    at, _ = run(
        Checkpoint(),
        steps=10,
        learning_rate=0.05,
        optimizer="sgd",
        schedule="constant",
        warmup=0.0,
        options=TrainingOptions(),
    )
    point = Point()
    chosen = plan(steps=1, optimizer="sgd", warmup=0.0, schedule="constant", options=TrainingOptions())
    fit(point, square(point), chosen, checkpoint=Checkpoint())
    torch.testing.assert_close(point.at.detach(), 0.1 * 2 * TARGET)
    torch.testing.assert_close(at, TARGET * (1 - 0.9**10))


def test_the_warm_up_rises_in_a_straight_line_and_the_schedule_goes_on_from_there():
    rate = plan(steps=10, schedule="linear").rate_at()
    assert [rate(step) for step in (0, 1, 2, 6)] == pytest.approx([0.05, 0.1, 0.1, 0.05])


def test_gradients_are_clipped_and_what_follows_a_step_follows():
    # The gradient at 0 is -2 target, of norm 2 sqrt(5); clipped to 1 it is -target / sqrt(5).
    point, seen = Point(), []
    chosen = plan(
        steps=1, optimizer="sgd", clip=1.0, warmup=0.0, schedule="constant", options=TrainingOptions()
    )
    fit(
        point,
        square(point),
        chosen,
        checkpoint=Checkpoint(),
        after_step=lambda: seen.append(point.at.detach().clone()),
    )
    torch.testing.assert_close(point.at.detach(), 0.1 * TARGET / 5**0.5)
    assert torch.equal(seen[0], point.at)


def test_the_average_takes_the_place_of_the_weights():
    # Weights 0, 0.2, 0.36 of the target; their average 0, 0.1, 0.23 with decay 0.5.
    chosen = plan(
        steps=2,
        optimizer="sgd",
        warmup=0.0,
        schedule="constant",
        options=TrainingOptions(average=0.5),
    )
    point = Point()
    fit(point, square(point), chosen, checkpoint=Checkpoint())
    torch.testing.assert_close(point.at.detach(), 0.23 * TARGET)


def test_the_curve_has_a_point_every_so_often_and_at_the_end():
    _, losses = run(Checkpoint(), steps=11)
    assert list(losses) == [0, 3, 6, 9, 10]
    assert losses[0] == pytest.approx(1 + 4)


@pytest.mark.parametrize(
    "optimizer",
    ["adam", "adamw", {"sgd": {"momentum": 0.9}}, "adafactor", "rmsprop", "adagrad", "nadam", "radam"],
)
def test_an_interrupted_run_ends_as_one_that_was_not(tmp_path, optimizer):
    whole = run(Checkpoint(), optimizer=optimizer)
    with pytest.raises(Interrupted):
        run(StopsAt(tmp_path, 4), optimizer=optimizer)
    at, losses = run(Checkpoint(tmp_path), optimizer=optimizer)
    assert torch.equal(at, whole[0])
    assert losses == whole[1]


def test_a_run_that_draws_and_averages_other_weights_is_interrupted_and_ends_the_same(tmp_path):
    def drawing(checkpoint):
        point, slow, generator = Point(), torch.zeros(2), torch.Generator().manual_seed(3)
        torch.manual_seed(4)

        def loss_at(step):
            drawn = torch.rand(2, generator=generator) - torch.rand(2)
            return (point.at - drawn - 0.1 * slow).square().sum()

        fit(
            {"at": point.at},
            loss_at,
            plan(steps=8),
            checkpoint=checkpoint,
            generator=generator,
            also={"slow": slow},
            after_step=lambda: slow.lerp_(point.at.detach(), 0.1),
        )
        return point.at.detach()

    whole = drawing(Checkpoint())
    with pytest.raises(Interrupted):
        drawing(StopsAt(tmp_path, 5))
    assert torch.equal(drawing(Checkpoint(tmp_path)), whole)


def test_frozen_weights_are_no_part_of_a_checkpoint(tmp_path):
    module = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    module[0].requires_grad_(False)
    with pytest.raises(Interrupted):
        fit(
            module,
            lambda step: module(torch.eye(4)).square().mean(),
            plan(),
            checkpoint=StopsAt(tmp_path, 2),
        )
    tensors, notes = Checkpoint(tmp_path).load()
    assert {name.removeprefix("weights.") for name in tensors if name.startswith("weights.")} == {
        *("1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"),
        *("2.weight", "2.bias"),
    }
    assert notes["step"] == 2 and list(notes["losses"]) == ["0"]


def test_a_loss_that_is_not_finite_ends_it():
    point = Point()
    with pytest.raises(ValueError, match="the loss is nan at step 0"):
        fit(point, lambda step: point.at.sum() * float("nan"), plan(), checkpoint=Checkpoint())


def test_nothing_to_train_is_refused():
    with pytest.raises(ValueError, match="no weight takes gradients"):
        fit(Point().requires_grad_(False), lambda step: torch.zeros(()), plan(), checkpoint=Checkpoint())


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))


def trained_in_parts(micro_batch, weights=None, ranks_given=None):
    module = network()
    x, y = torch.randn(32, 6, generator=torch.Generator().manual_seed(1)), torch.arange(32) % 3

    def loss_of(rows):
        losses = nn.functional.cross_entropy(module(x[rows]), y[rows], reduction="none")
        if weights is None:
            return losses.mean()
        return (losses * weights[rows]).sum() / weights[rows].sum()

    def loss_at(step):
        rows = torch.randperm(32, generator=torch.Generator().manual_seed(step))[:12]
        return micro_losses(loss_of, rows, micro_batch, weights=None if weights is None else weights[rows])

    curve = fit(
        module, loss_at, plan(steps=30, optimizer={"sgd": {"momentum": 0.9}}), checkpoint=Checkpoint()
    )
    return torch.cat([p.detach().flatten() for p in module.parameters()]), list(curve_of(curve).values())


@pytest.mark.parametrize("weights", [None, torch.arange(1.0, 33.0)])
@pytest.mark.parametrize("micro_batch", [6, 5, 1])
def test_micro_batches_give_the_same_weights_within_rounding(micro_batch, weights):
    whole, curve = trained_in_parts(None, weights)
    parts, other = trained_in_parts(micro_batch, weights)
    torch.testing.assert_close(parts, whole, rtol=1e-4, atol=1e-5)
    assert other == pytest.approx(curve, rel=1e-4)


def test_batch_norm_forbids_micro_batches_of_equal_result():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    other, x = copy.deepcopy(module), torch.randn(12, 6)
    for one, size in ((module, None), (other, 4)):
        fit(
            one,
            lambda step, one=one, size=size: micro_losses(
                lambda rows: one(x[rows]).square().mean(), torch.arange(12), size
            ),
            plan(steps=5, options=TrainingOptions()),
            checkpoint=Checkpoint(),
        )
    assert not torch.allclose(module[0].weight, other[0].weight, rtol=1e-3)


def test_bfloat16_is_of_the_forward_pass_alone():
    module, seen = network(), []

    def loss_at(step):
        output = module(torch.ones(4, 6))
        seen.append(output.dtype)
        return output.float().square().mean()

    fit(module, loss_at, plan(precision="bfloat16"), checkpoint=Checkpoint())
    assert set(seen) == {torch.bfloat16} and module[0].weight.dtype == torch.float32


def test_a_network_that_cannot_recompute_says_so():
    with pytest.raises(ValueError, match="Sequential cannot recompute"):
        module = network()
        chosen = plan(options=TrainingOptions(recompute=True))
        fit(module, lambda step: module(torch.ones(1, 6)).sum(), chosen, checkpoint=Checkpoint())
