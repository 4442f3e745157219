"""Schedules against torch's own and by hand."""

import pytest
import torch

from heldout.runtime.component import chosen

STEPS = 20


def rates_of_torch(build):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = build(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


torchs = torch.optim.lr_scheduler
TORCH = {
    "linear": ({"end": 0.1}, lambda o: torchs.LinearLR(o, 1.0, 0.1, STEPS)),
    "cosine": ({"end": 0.2}, lambda o: torchs.CosineAnnealingLR(o, STEPS, eta_min=0.2)),
    "polynomial": ({"power": 2.0}, lambda o: torchs.PolynomialLR(o, STEPS, power=2.0)),
    "multi-step": ({"drops": [0.5, 0.75], "factor": 0.5}, lambda o: torchs.MultiStepLR(o, [10, 15], 0.5)),
    "step": ({"every": 6, "factor": 0.5}, lambda o: torchs.StepLR(o, 6, 0.5)),
    "one-cycle": ({"rise": 0.4}, lambda o: torchs.OneCycleLR(o, 1.0, STEPS, pct_start=0.4)),
}


@pytest.mark.parametrize("name", TORCH)
def test_it_is_torchs_own(name):
    given, build = TORCH[name]
    schedule = chosen("schedules", {name: given})
    assert [schedule(step, STEPS) for step in range(STEPS)] == pytest.approx(rates_of_torch(build))


def test_constant():
    assert [chosen("schedules", "constant")(step, 3) for step in range(3)] == [1.0] * 3


def test_the_root_of_the_step_by_hand():
    schedule = chosen("schedules", {"inverse-square-root": {"timescale": 4}})
    # A warm-up of 4 steps before: sqrt(4 / (4 + s)).
    assert schedule(0, 100) == 1
    assert schedule(12, 100) == pytest.approx(0.5)
    assert schedule(96, 100) == pytest.approx(0.2)


@pytest.mark.parametrize("name", [*TORCH, "constant", "inverse-square-root"])
def test_a_single_step_has_a_rate(name):
    assert 0 <= chosen("schedules", name)(0, 1) <= 1
