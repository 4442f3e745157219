import numpy as np
import pytest

from heldout.runtime.components.environments.contract import Environment, build_environment
from heldout.runtime.components.environments.maze import maze


class Countdown(Environment):
    """A level is a number of steps to its end; acting 1 counts two of them."""

    def __init__(self, levels, horizon):
        self._levels = np.array(levels)
        super().__init__(len(levels), (1, 1, 1), 2, horizon)

    def begin(self, positions):
        self._left = np.zeros(len(positions), dtype=np.int64)
        super().begin(positions)

    def enter(self, places, positions):
        self._left[places] = self._levels[positions]

    def move(self, actions):
        self._left = self._left - 1 - actions
        return actions * 0.5, self._left <= 0

    def observe(self):
        return self._left.astype(np.uint8)[:, None, None, None]

    def state(self):
        return {"left": self._left}

    def take_up(self, state):
        self._left = state["left"].copy()


def test_a_place_ends_by_itself_or_is_cut_off_but_not_both():
    environment = Countdown([2, 3, 9], horizon=3)
    environment.begin(np.array([0, 1, 2]))
    ends = [environment.step(np.zeros(3)) for _ in range(3)]
    assert [step.terminal.tolist() for step in ends] == [
        [False, False, False],
        [True, False, False],
        [True, True, False],
    ]
    assert ends[2].truncated.tolist() == [False, False, True]
    assert environment.step(np.ones(3)).reward.tolist() == [0.5, 0.5, 0.5]


def test_restarting_a_place_leaves_the_others_alone():
    environment = Countdown([5, 9], horizon=100)
    environment.begin(np.array([0, 1, 1]))
    environment.step(np.zeros(3))
    environment.restart(np.array([1]), np.array([0]))
    assert environment.observe()[:, 0, 0, 0].tolist() == [4, 5, 8]
    assert environment.elapsed.tolist() == [1, 0, 1]
    assert environment.positions.tolist() == [0, 0, 1]


def test_an_environment_without_an_expert_says_so():
    with pytest.raises(ValueError, match="no scripted expert"):
        Countdown([1], horizon=1).expert_actions()
    assert Countdown([1], horizon=1).domains() is None


def test_a_study_names_an_environment_with_or_without_parameters():
    assert build_environment("maze", [1, 2]).observation_shape == maze([1, 2]).observation_shape
    assert build_environment({"maze": {"radius": 2}}, [1]).observation_shape == (3, 5, 5)
    with pytest.raises(ValueError, match="environments/labyrinth"):
        build_environment("labyrinth", [1])
