"""Each optimizer against torch's own, and two of them by hand."""

import pytest
import torch

from heldout.runtime.component import chosen

TORCH = {
    "sgd": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "nesterov": True}),
    "adam": (torch.optim.Adam, {"beta1": 0.8, "epsilon": 1e-6}, {"betas": (0.8, 0.999), "eps": 1e-6}),
    "adamw": (torch.optim.AdamW, {"beta2": 0.98}, {"betas": (0.9, 0.98)}),
    "nadam": (torch.optim.NAdam, {"momentum_decay": 1e-3}, {"momentum_decay": 1e-3}),
    "radam": (torch.optim.RAdam, {"decoupled": True}, {"decoupled_weight_decay": True}),
    "rmsprop": (torch.optim.RMSprop, {"alpha": 0.9, "centered": True}, {"alpha": 0.9, "centered": True}),
    "adagrad": (torch.optim.Adagrad, {"initial": 0.1}, {"initial_accumulator_value": 0.1}),
    "adafactor": (torch.optim.Adafactor, {"threshold": 2.0}, {"d": 2.0}),
}


def weights():
    return torch.nn.Parameter(torch.linspace(-1, 1, 12).reshape(3, 4))


def descended(build):
    weight = weights()
    optimizer = build([{"params": [weight]}])
    for step in range(5):
        optimizer.zero_grad()
        (weight * torch.linspace(0.1, 1, 12).reshape(3, 4)).sin().sum().mul(step + 1).backward()
        optimizer.step()
    return weight.detach()


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("name", TORCH)
def test_it_is_torchs_own_with_the_parameters_that_a_study_gives(name, fused):
    kind, given, known = TORCH[name]
    ours = descended(lambda groups: chosen("optimizers", {name: given})(groups, 0.05, 0.1, fused))
    theirs = descended(lambda groups: kind(groups, lr=0.05, weight_decay=0.1, **known))
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)
    assert not torch.equal(ours, weights())


@pytest.mark.parametrize("name", TORCH)
def test_its_defaults_are_torchs(name):
    ours = descended(lambda groups: chosen("optimizers", name)(groups, 0.05, 0.0, False))
    theirs = descended(lambda groups: TORCH[name][0](groups, lr=0.05, weight_decay=0.0))
    assert torch.equal(ours, theirs)


def test_two_steps_with_momentum_by_hand():
    # Gradient 2: velocity 2 and then 0.5 * 2 + 2 = 3; at rate 0.1 the weight goes 1, 0.8, 0.5.
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = chosen("optimizers", {"sgd": {"momentum": 0.5}})([{"params": [weight]}], 0.1, 0.0, False)
    for expected in (0.8, 0.5):
        optimizer.zero_grad()
        (2 * weight).sum().backward()
        optimizer.step()
        assert weight.item() == pytest.approx(expected)


def test_decoupled_decay_by_hand():
    # The first step of Adam has the size of the rate; the weight 1 shrinks by 0.1 * 0.5 before.
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = chosen("optimizers", "adamw")([{"params": [weight]}], 0.1, 0.5, True)
    (3 * weight).sum().backward()
    optimizer.step()
    assert weight.item() == pytest.approx(1 - 0.05 - 0.1)
