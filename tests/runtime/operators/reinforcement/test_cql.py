import math

import numpy as np
import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.control.policy import restore_policy
from heldout.runtime.operators.reinforcement.cql import conservative_loss, cql
from tests.fixtures.control import corridor_logs

SETTINGS = {"network": "linear", "batch_size": 64, "learning_rate": 0.02, "target_rate": 0.1}
# All ways through the corridor are tried, the goal reached in some.
EPISODES = [[1, 1, 1], [0, 1, 1, 0, 1, 1], [1, 0, 0, 1, 1, 1], [1, 1, 0, 1, 1]]


def tiny(tmp_path, hub):
    return {"logs": corridor_logs([[1, 1, 1], [0, 1, 1]]), "steps": 3, **SETTINGS}


def test_the_loss_by_hand():
    values = torch.tensor([[1.0, 3.0], [2.0, 2.0]])
    action, wanted = torch.tensor([0, 1]), torch.tensor([2.0, 0.0])
    # log(e + e^3) - 1 and log(2 e^2) - 2 = log 2; errors (1 - 2)^2 and (2 - 0)^2.
    gap = (math.log(math.e + math.e**3) - 1 + math.log(2)) / 2
    expected = 0.5 * gap + 0.5 * (1 + 4) / 2
    assert conservative_loss(values, action, wanted, 0.5).item() == pytest.approx(expected)


def test_without_the_conservative_part_it_learns_the_values_of_the_corridor(corridor, at_cells):
    learned = cql(
        corridor(EPISODES), checkpoint=Checkpoint(), alpha=0.0, discount=0.5, steps=1500, **SETTINGS
    )
    values = restore_policy(learned.model).scores(at_cells, np.arange(3))
    # To the goal from cell 2 in one step, 1; from cell 1 in two, 1/2; from cell 0 in three, 1/4.
    assert values[:, 1].tolist() == pytest.approx([0.25, 0.5, 1.0], abs=0.05)
    # Going left from cell 1 leads to cell 0, which is worth 1/4: half of that.
    assert values[1, 0].item() == pytest.approx(0.125, abs=0.05)


def test_the_conservative_part_puts_logged_actions_above_others(corridor, at_cells):
    # Only going right is logged; nothing is known of going left.
    logs = corridor([[1, 1, 1]])
    held, free = (
        cql(logs, checkpoint=Checkpoint(), alpha=alpha, discount=0.5, steps=300, **SETTINGS)
        for alpha in (1.0, 0.0)
    )
    gaps = []
    for learned in (held, free):
        values = restore_policy(learned.model).scores(at_cells, np.arange(3))
        gaps.append((values[:, 1] - values[:, 0]).mean().item())
    assert gaps[0] > gaps[1] + 1
