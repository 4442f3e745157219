import numpy as np
import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.control.policy import restore_policy
from heldout.runtime.operators.reinforcement.iql import expectile_loss, iql
from tests.fixtures.control import corridor_logs

SETTINGS = {"network": "linear", "batch_size": 64, "learning_rate": 0.02, "target_rate": 0.1}


def tiny(tmp_path, hub):
    return {"logs": corridor_logs([[1, 1, 1], [0, 1, 1]]), "steps": 3, **SETTINGS}


def test_the_expectile_loss_by_hand():
    difference = torch.tensor([2.0, -1.0])
    # 0.7 * 2^2 and (1 - 0.7) * 1^2.
    assert expectile_loss(difference, 0.7).item() == pytest.approx((0.7 * 4 + 0.3 * 1) / 2)


def test_the_expectile_of_two_values():
    """The minimum of the loss over v, for values 0 and 1: (1 - t) v = t (1 - v), so v = t."""
    v = torch.linspace(0, 1, 1001)
    losses = [expectile_loss(torch.tensor([0.0, 1.0]) - x, 0.8) for x in v]
    assert v[torch.stack(losses).argmin()].item() == pytest.approx(0.8, abs=0.002)


def policy(logs, at_cells, **more):
    learned = iql(logs, checkpoint=Checkpoint(), discount=0.5, steps=1000, **SETTINGS, **more)
    return restore_policy(learned.model).scores(at_cells, np.arange(3)).softmax(1)


def test_it_prefers_what_was_better_where_cloning_is_undecided(corridor, at_cells):
    # From cell 1, half of the episodes go left (and on to nothing), half right to the goal.
    logs = corridor([[1, 1, 1], [1, 0]] * 5)
    cloned = policy(logs, at_cells, temperature=0.0)
    # The step to the left is the last of its episode, so that it is left out of the minibatches.
    assert cloned[1, 1] > 0.9
    logs = corridor([[1, 1, 1], [1, 0, 0]] * 5)
    cloned = policy(logs, at_cells, temperature=0.0)
    better = policy(logs, at_cells, temperature=10.0)
    assert cloned[1, 1].item() == pytest.approx(0.5, abs=0.1)
    assert better[1, 1] > 0.75
