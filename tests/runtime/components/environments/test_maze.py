import numpy as np
import pytest

from heldout.runtime.components.environments._maze_levels import MOVES
from heldout.runtime.components.environments.maze import AGENT, GOAL, maze

LEVELS = range(20)


def test_the_expert_takes_the_shortest_path():
    environment = maze(LEVELS, side=7, horizon=60, step_cost=0.01)
    environment.begin(np.arange(20))
    start = environment._levels.start
    distance = environment._levels.distance[np.arange(20), start[:, 0], start[:, 1]]
    returns, length = np.zeros(20), np.zeros(20, dtype=int)
    live = np.ones(20, dtype=bool)
    while live.any():
        step = environment.step(environment.expert_actions())
        returns += live * step.reward
        length += live
        live &= ~step.terminal
    assert length.tolist() == distance.tolist()
    # 1 for the goal, less 0.01 a step.
    assert returns == pytest.approx(1 - 0.01 * distance)


def test_a_wall_is_not_walked_through():
    environment = maze([3], side=3, radius=1, openness=0.0)
    environment.begin(np.array([0]))
    for action, move in enumerate(MOVES):
        environment.restart(np.array([0]), np.array([0]))
        before = environment.state()["cell"].copy()
        free = not environment._levels.wall[0][tuple((before + move)[0])]
        environment.step(np.array([action]))
        assert np.array_equal(environment.state()["cell"], before + move) == free


def test_the_agent_is_in_the_middle_and_a_far_goal_at_the_edge():
    environment = maze([0], side=9, radius=2)
    environment.begin(np.array([0]))
    levels = environment._levels
    seen = environment.observe()[0]
    assert seen.shape == (3, 5, 5)
    assert np.array_equal(seen[:, 2, 2], AGENT)
    ahead = np.clip(levels.goal[0] - levels.start[0], -2, 2)
    assert np.array_equal(seen[:, 2 + ahead[0], 2 + ahead[1]], GOAL)


def test_what_is_seen_are_the_cells_around():
    environment = maze([4], side=5, radius=4, themes=1)
    environment.begin(np.array([0]))
    row, column = environment._levels.start[0]
    seen = environment.observe()[0]
    wall = environment._levels.wall[0]
    colours = environment._colours[0]
    for r in range(7):
        for c in range(7):
            at = (r - row + 4, c - column + 4)
            if not (0 <= at[0] < 9 and 0 <= at[1] < 9) or (r, c) == (row, column):
                continue
            if (r, c) == tuple(environment._levels.goal[0]):
                assert np.array_equal(seen[:, at[0], at[1]], GOAL)
            else:
                assert np.array_equal(seen[:, at[0], at[1]], colours[0 if wall[r, c] else 1])


def test_levels_have_one_of_the_themes_as_their_domain():
    names = maze(range(50), themes=3).domains()
    assert set(names) == {"theme 0", "theme 1", "theme 2"}


def test_a_state_is_taken_up_again():
    environment = maze(LEVELS, side=7)
    environment.begin(np.arange(20))
    for _ in range(3):
        environment.step(environment.expert_actions())
    saved, seen = environment.state(), environment.observe()
    other = maze(LEVELS, side=7)
    other.begin(np.arange(20))
    other.take_up(saved)
    assert np.array_equal(other.observe(), seen)


def test_an_even_side_is_refused():
    with pytest.raises(ValueError, match="odd, not 8"):
        maze([0], side=8)
