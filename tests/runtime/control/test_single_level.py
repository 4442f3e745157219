import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from heldout.runtime.components.environments.maze import maze
from heldout.runtime.control.single_level import SingleLevel


@pytest.mark.filterwarnings("error")
def test_gymnasiums_own_checker_finds_nothing():
    check_env(SingleLevel(maze(range(5), side=5, horizon=10)), skip_render_check=True)


def test_a_named_level_plays_as_in_a_place_of_its_own():
    levels = maze(range(5), side=5, horizon=30)
    single = SingleLevel(maze(range(5), side=5, horizon=30))
    levels.begin(np.array([3]))
    seen, about = single.reset(options={"position": 3})
    assert about == {"position": 3}
    assert np.array_equal(seen, levels.observe()[0])
    for _ in range(30):
        action = levels.expert_actions()
        step = levels.step(action)
        seen, reward, terminal, truncated, _ = single.step(action[0])
        assert (reward, terminal, truncated) == (step.reward[0], step.terminal[0], step.truncated[0])
        assert np.array_equal(seen, levels.observe()[0])
        if terminal:
            break
    assert terminal
