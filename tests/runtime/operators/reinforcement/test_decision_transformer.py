import numpy as np
import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.control.policy import restore_policy
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.reinforcement.decision_transformer import decision_transformer
from tests.fixtures.control import corridor_logs

SETTINGS = {
    "network": "linear",
    "context": 3,
    "width": 16,
    "depth": 1,
    "heads": 2,
    "batch_size": 16,
    "learning_rate": 0.01,
}


def first_action(model, at_cells, wanted):
    policy = restore_policy(type(model)(model.weights, {**model.config, "target_return": wanted}))
    policy.begin(1)
    return policy.scores(at_cells[:1], np.array([0])).softmax(1)[0, 1].item()


def tiny(tmp_path, hub):
    return {"logs": corridor_logs([[1, 1, 1], [0, 1, 1]]), "steps": 3, **SETTINGS}


def test_it_does_what_goes_with_the_return_that_is_wanted(corridor, at_cells):
    # Going right at once ends in the return 1, going left first in 0: the same place, two intentions.
    logs = corridor([[1, 1, 1], [0, 0, 0]] * 3)
    model = decision_transformer(logs, checkpoint=Checkpoint(), steps=150, **SETTINGS).model
    assert first_action(model, at_cells, 1.0) > 0.9
    assert first_action(model, at_cells, 0.0) < 0.1


def test_by_default_the_highest_return_is_wanted(corridor):
    logs = corridor([[0, 0], [1, 1, 1]])
    learned = decision_transformer(logs, checkpoint=Checkpoint(), steps=1, **SETTINGS)
    assert learned.model.config["target_return"] == 1.0
    assert learned.model.config["horizon"] == 10


def test_stopped_and_taken_up_gives_the_same_bits(corridor, tmp_path, stop_before):
    logs = corridor([[1, 1, 1], [0, 1, 0, 1, 1, 1]])
    whole = decision_transformer(logs, checkpoint=Checkpoint(), steps=8, **SETTINGS)
    with pytest.raises(Interrupted):
        decision_transformer(logs, checkpoint=Checkpoint(tmp_path, stop_before(4)), steps=8, **SETTINGS)
    resumed = decision_transformer(logs, checkpoint=Checkpoint(tmp_path), steps=8, **SETTINGS)
    for name, weight in whole.model.weights.items():
        assert torch.equal(weight, resumed.model.weights[name])


def test_heads_divide_the_width(corridor):
    with pytest.raises(ValueError, match="3 heads do not divide a width of 16"):
        decision_transformer(corridor([[1]]), checkpoint=Checkpoint(), **{**SETTINGS, "heads": 3})
