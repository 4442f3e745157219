import numpy as np
import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.control.policy import restore_policy
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.reinforcement.behavioural_cloning import behavioural_cloning
from tests.fixtures.control import corridor_logs

SETTINGS = {"network": "linear", "batch_size": 32, "learning_rate": 0.05}


def tiny(tmp_path, hub):
    return {"logs": corridor_logs([[1, 1, 1], [0, 1, 1]]), "steps": 3, **SETTINGS}


def test_probabilities_are_the_shares_of_the_logged_actions(corridor, at_cells):
    # Seven of ten go right from cell 0; what they do there later is the same again.
    logs = corridor([[1]] * 7 + [[0]] * 3)
    learned = behavioural_cloning(logs, checkpoint=Checkpoint(), steps=300, **SETTINGS)
    scores = restore_policy(learned.model).scores(at_cells[:1], np.array([0]))
    assert scores.softmax(1)[0].tolist() == pytest.approx([0.3, 0.7], abs=0.1)
    # The entropy of 0.3 and 0.7 is the least that the loss can be.
    entropy = -(0.3 * np.log(0.3) + 0.7 * np.log(0.7))
    assert learned.curve.rows["value"][-1].as_py() == pytest.approx(entropy, abs=0.15)


def test_stopped_and_taken_up_gives_the_same_bits(corridor, tmp_path, stop_before):
    logs = corridor([[1, 1, 1], [0, 1, 1, 1]])
    whole = behavioural_cloning(logs, checkpoint=Checkpoint(), steps=20, **SETTINGS)
    with pytest.raises(Interrupted):
        behavioural_cloning(logs, checkpoint=Checkpoint(tmp_path, stop_before(8)), steps=20, **SETTINGS)
    resumed = behavioural_cloning(logs, checkpoint=Checkpoint(tmp_path), steps=20, **SETTINGS)
    for name, weight in whole.model.weights.items():
        assert torch.equal(weight, resumed.model.weights[name])
