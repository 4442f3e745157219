import numpy as np

from heldout.runtime.components.environments.maze import maze
from heldout.runtime.control.play import play


class Expert:
    def __init__(self, environment):
        self._environment = environment
        self.noted = 0

    def begin(self, num_places):
        self.places = num_places

    def act(self, observation, places):
        assert len(observation) == len(places)
        return self._environment.expert_actions()[places]

    def note(self, places, action, reward):
        self.noted += len(places)


def test_every_place_is_played_to_its_end_in_order():
    environment = maze(range(6), side=5, horizon=50)
    levels = environment._levels
    expected = levels.distance[np.arange(6), levels.start[:, 0], levels.start[:, 1]]
    actor = Expert(environment)
    played = play(environment, np.arange(6), actor, keep_observations=True)
    assert np.bincount(played.place).tolist() == expected.tolist()
    assert actor.noted == expected.sum() == len(played.observation)
    for place in range(6):
        mine = played.place == place
        assert played.step[mine].tolist() == list(range(expected[place]))
        assert played.terminal[mine].tolist() == [False] * (expected[place] - 1) + [True]
    assert not played.truncated.any()


def test_observations_are_those_before_the_step():
    environment = maze([7], side=5, horizon=50)
    environment.begin(np.array([0]))
    first = environment.observe()[0]
    played = play(environment, np.array([0]), Expert(environment), keep_observations=True)
    assert np.array_equal(played.observation[0], first)
    without = play(environment, np.array([0]), Expert(environment))
    assert len(without.observation) == 0
    assert np.array_equal(without.action, played.action)


def test_the_horizon_cuts_off():
    environment = maze(range(4), side=9, horizon=2)
    played = play(environment, np.array([0, 3, 3]), Expert(environment))
    assert np.bincount(played.place).tolist() == [2, 2, 2]
    assert played.truncated.tolist() == [False, True] * 3
