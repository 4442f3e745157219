import math

import pytest
import torch

from heldout.runtime.operators.reinforcement._actor_critic import (
    ActorCritic,
    Examples,
    Experience,
    clipped_loss,
    clipped_surrogate,
    generalized_advantages,
)


def experience(reward, value, ended, last):
    columns = [torch.tensor(column)[:, None] for column in (reward, value, ended)]
    empty = torch.zeros(len(reward), 1)
    return Experience(empty, empty, empty, columns[1], columns[0], columns[2], torch.tensor([last]))


def test_advantages_by_hand():
    played = experience([1.0, 2.0], [0.5, 1.0], [False, False], last=4.0)
    # delta_1 = 2 + 0.5 * 4 - 1 = 3; delta_0 = 1 + 0.5 * 1 - 0.5 = 1; A_0 = 1 + 0.5 * 0.8 * 3 = 2.2.
    assert generalized_advantages(played, 0.5, 0.8)[:, 0].tolist() == pytest.approx([2.2, 3.0])


def test_nothing_flows_back_over_the_end_of_an_episode():
    played = experience([1.0, 2.0], [0.5, 1.0], [True, False], last=4.0)
    # The first step ended an episode: its advantage is 1 - 0.5.
    assert generalized_advantages(played, 0.5, 0.8)[:, 0].tolist() == pytest.approx([0.5, 3.0])


def test_the_surrogate_by_hand():
    advantage = torch.tensor([1.0, -1.0])
    spread = math.sqrt(2)  # of the two about their mean 0, with n - 1
    ratio = torch.tensor([1.5, 0.5])
    # min(1.5, 1.2) / sqrt 2 and min(-0.5, -0.8) / sqrt 2.
    expected = (1.2 / spread - 0.8 / spread) / 2
    assert clipped_surrogate(ratio, advantage, 0.2).item() == pytest.approx(expected)


def test_the_loss_of_a_fresh_network_is_value_and_entropy_alone():
    module = ActorCritic("linear", (1, 1, 2), 4, seed=0)
    torch.nn.init.zeros_(module.policy.head.weight)  # all actions alike
    observation = torch.zeros(2, 1, 1, 2, dtype=torch.uint8)
    with torch.no_grad():
        _, value = module(observation.float())
    quarter = torch.full((2,), math.log(0.25))
    batch = Examples(observation, torch.tensor([0, 1]), quarter, value, torch.tensor([3.0, 1.0]))
    # Ratios are 1, so that normalised advantages cancel; errors of the value are its advantages.
    expected = 0.5 * 0.5 * (9 + 1) / 2 - 0.1 * math.log(4)
    assert clipped_loss(module, batch, 0.2, 0.5, 0.1).item() == pytest.approx(expected, abs=1e-5)


def test_equal_seeds_give_equal_weights():
    one, two, other = (ActorCritic("linear", (1, 1, 2), 4, seed=seed) for seed in (0, 0, 1))
    for name, weight in one.state_dict().items():
        assert torch.equal(weight, two.state_dict()[name])
    assert not torch.equal(one.value.weight, other.value.weight)
