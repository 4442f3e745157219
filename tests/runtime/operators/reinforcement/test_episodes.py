import numpy as np
import pytest

from heldout.runtime.components.environments.maze import maze
from heldout.runtime.operators.reinforcement._episodes import Episodes


def begun(seed=0):
    environment = maze(range(8), side=5, horizon=20, step_cost=0.01)
    return environment, Episodes(environment, 4, np.random.default_rng(seed))


def test_places_are_never_empty_and_returns_are_of_whole_episodes():
    environment, episodes = begun()
    ended = 0
    for _ in range(60):
        _, now = episodes.step(environment.expert_actions())
        ended += now.sum()
        assert (environment.elapsed < 20).all()
        assert (environment.elapsed[now] == 0).all()
    assert len(episodes.returns) == ended > 4
    levels = environment._levels
    away = levels.distance[np.arange(8), levels.start[:, 0], levels.start[:, 1]]
    possible = {round(1 - 0.01 * steps, 4) for steps in away.tolist()}
    assert {round(value, 4) for value in episodes.returns} <= possible
    mean = np.mean(episodes.returns)
    assert episodes.mean_return() == pytest.approx(mean)
    assert episodes.returns == []


def test_what_was_saved_goes_on_in_the_same_way():
    environment, episodes = begun()
    for _ in range(7):
        episodes.step(environment.expert_actions())
    saved = episodes.saved(3, {10: 0.5})
    later_environment, later = begun(seed=9)
    assert later.take_up(*saved) == (3, {10: 0.5})
    for _ in range(30):
        assert np.array_equal(episodes.observe(), later.observe())
        episodes.step(environment.expert_actions())
        later.step(later_environment.expert_actions())
    assert later.returns == episodes.returns
