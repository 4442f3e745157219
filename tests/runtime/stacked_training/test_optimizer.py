import copy

import pytest
import torch

from heldout.runtime.classifier_training.minibatches import DomainMinibatches, examples_by_domain
from heldout.runtime.classifier_training.training import Training
from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.stacked_training.optimizer import StackedOptimizer, StackedWeights
from heldout.runtime.training.plan import Plan

SETTINGS = [(1e-2, 0.0), (1e-3, 0.1), (1e-3, 0.1)]


@pytest.fixture
def make_members(make_data):
    def build(name):
        examples = examples_by_domain(make_data(), torch.device("cpu"))
        return [
            Training(
                module=build_classifier({"mlp": {"width": 4}}, (5,), 3, seed),
                objective=erm,
                hyperparameters={},
                plan=Plan(9, rate, name, weight_decay=decay, precision="float32"),
                minibatches=DomainMinibatches(examples, 4, torch.Generator().manual_seed(seed)),
                generator=torch.Generator(),
                seed=seed,
            )
            for seed, (rate, decay) in enumerate(SETTINGS)
        ]

    return build


def gradients(weights, step):
    return torch.randn(weights.flat.shape, generator=torch.Generator().manual_seed(step))


def step_alone(member, weights, row, rate):
    for weight, part in zip(member.parameters.values(), weights.split(row), strict=True):
        weight.grad = part.view(weight.shape).clone()
    for group in member.updates.optimizer.param_groups:
        group["lr"] = rate
    member.updates.optimizer.step()


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_steps_as_torchs_optimizers_do(make_members, name):
    members, others = make_members(name), make_members(name)
    weights = StackedWeights(members)
    optimizer = StackedOptimizer(members, weights)
    for step in range(6):
        given = gradients(weights, step)
        rates = [rate * (0.5 if step == 2 and row == 0 else 1.0) for row, (rate, _) in enumerate(SETTINGS)]
        if step == 3:
            optimizer.restart(1)
            others[1].updates.restart()
        for row, other in enumerate(others):
            step_alone(other, weights, given[row], rates[row])
        weights.gradients.copy_(given)
        optimizer.step(rates)
        for member, other in zip(members, others, strict=True):
            for key, weight in other.parameters.items():
                torch.testing.assert_close(member.parameters[key], weight, rtol=1e-6, atol=1e-7)


def test_goes_on_where_the_members_optimizers_were_and_hands_back(make_members):
    members, others = make_members("adam"), make_members("adam")
    own = StackedWeights(copy.deepcopy(members))
    for row, (member, other) in enumerate(zip(members, others, strict=True)):
        for step in range(row):  # one has not stepped at all
            for one in (member, other):
                step_alone(one, own, gradients(own, step)[row], SETTINGS[row][0])
    weights = StackedWeights(members)
    optimizer = StackedOptimizer(members, weights)
    given = gradients(weights, 7)
    weights.gradients.copy_(given)
    optimizer.step([rate for rate, _ in SETTINGS])
    optimizer.give_back()
    for row, (member, other) in enumerate(zip(members, others, strict=True)):
        for one in (member, other):  # the second of these steps is each one's own
            if one is other:
                step_alone(one, weights, given[row], SETTINGS[row][0])
            step_alone(one, weights, gradients(weights, 8)[row], SETTINGS[row][0])
        for key, weight in other.parameters.items():
            torch.testing.assert_close(member.parameters[key], weight, rtol=1e-6, atol=1e-7)
