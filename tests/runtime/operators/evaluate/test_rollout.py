import numpy as np
import pytest
import torch

from heldout.runtime.components.environments.maze import maze
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.data.control.levels import levels
from heldout.runtime.operators.evaluate.rollout import rollout

MAZE = {"maze": {"side": 3, "radius": 2, "openness": 1.0, "themes": 1, "horizon": 7}}


def always(action):
    module = build_classifier("linear", (3, 5, 5), 4, seed=0)
    torch.nn.init.zeros_(module.head.weight)
    module.head.bias.data = 9.0 * torch.nn.functional.one_hot(torch.tensor(action), 4)
    return classifier_model(module)


def tiny(tmp_path, hub):
    return {"policy": always(1), "levels": levels(environment=MAZE, train=1, select=1, test=3).test}


def test_records_and_means_follow_from_walking_right():
    pool = levels(environment=MAZE, train=1, select=1, test=30, seed=2).test
    made = maze(pool.rows["level"].to_pylist(), **MAZE["maze"])._levels
    result = rollout(always(1), pool)
    rows = result.episodes.rows.to_pylist()
    for row, start, goal in zip(rows, made.start.tolist(), made.goal.tolist(), strict=True):
        # With no wall between rooms, walking right succeeds where the goal lies right in the row.
        found = start[0] == goal[0] and goal[1] > start[1]
        steps = goal[1] - start[1] if found else 7
        assert (row["success"], row["length"]) == (found, steps)
        assert row["return"] == pytest.approx(found - 0.01 * steps)
        assert row["domain"] == "theme 0"
    assert 0 < result.table.scalar("success") == np.mean([row["success"] for row in rows])
    assert result.table.scalar("mean_return") == pytest.approx(np.mean([row["return"] for row in rows]))
    assert result.table.scalar("length") == np.mean([row["length"] for row in rows])


def test_several_episodes_of_each_level():
    pool = levels(environment=MAZE, train=1, select=1, test=4).test
    rows = rollout(always(1), pool, episodes=30, epsilon=1.0, seed=5).episodes.rows.to_pylist()
    assert [row["id"] for row in rows][28:32] == ["test/0/28", "test/0/29", "test/1/0", "test/1/1"]
    assert len({row["length"] for row in rows}) > 1


def test_a_policy_of_another_shape_is_refused():
    pool = levels(environment={"maze": {"side": 3, "radius": 1}}, train=1, select=1, test=1).test
    with pytest.raises(ValueError, match=r"\[3, 5, 5\], the environment has \[3, 3, 3\]"):
        rollout(always(0), pool)
