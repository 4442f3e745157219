import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.data.control.levels import levels
from heldout.runtime.operators.reinforcement.ppo import ppo

MAZE = {"maze": {"side": 3, "radius": 2, "openness": 1.0, "themes": 1, "horizon": 12}}
SETTINGS = {
    "network": {"mlp": {"width": 32, "depth": 1}},
    "places": 16,
    "steps_at_once": 16,
    "minibatches": 4,
    "learning_rate": 3e-3,
    "discount": 0.9,
}


@pytest.fixture(scope="module")
def pool():
    return levels(environment=MAZE, train=4, select=1, test=1, seed=0).train


def tiny(tmp_path, hub):
    train = levels(environment=MAZE, train=2, select=1, test=1, seed=0).train
    return {"levels": train, "steps": 512, **SETTINGS}


def test_returns_rise(pool):
    learned = ppo(pool, checkpoint=Checkpoint(), steps=12_000, **SETTINGS)
    rows = learned.curve.rows.to_pylist()
    assert {row["metric"] for row in rows} == {"mean_return"}
    assert rows[-1]["step"] == 12_000 // 256 * 256
    # Four steps at most lead to the goal of such a maze: the best return is at least 0.96.
    assert rows[0]["value"] < 0.75
    assert rows[-1]["value"] > 0.9


def test_stopped_and_taken_up_gives_the_same_bits(pool, tmp_path, stop_before):
    whole = ppo(pool, checkpoint=Checkpoint(), steps=6 * 256, **SETTINGS)
    with pytest.raises(Interrupted):
        ppo(pool, checkpoint=Checkpoint(tmp_path, stop_before(4)), steps=6 * 256, **SETTINGS)
    resumed = ppo(pool, checkpoint=Checkpoint(tmp_path), steps=6 * 256, **SETTINGS)
    for name, weight in whole.model.weights.items():
        assert torch.equal(weight, resumed.model.weights[name])
    assert resumed.curve.rows.equals(whole.curve.rows)


def test_sizes_that_do_not_fit_are_refused(pool):
    with pytest.raises(ValueError, match="100 steps are less than one round"):
        ppo(pool, checkpoint=Checkpoint(), steps=100, **SETTINGS)
    with pytest.raises(ValueError, match="7 minibatches do not divide 256"):
        ppo(pool, checkpoint=Checkpoint(), steps=300, **{**SETTINGS, "minibatches": 7})
