"""What an environment is: levels that are played in many places at once."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, NamedTuple

import numpy as np

from heldout.runtime.component import chosen


class Step(NamedTuple):
    """What a step gave in each place.

    Attributes:
        reward: [num_places], float32.
        terminal: [num_places], bool: the level came to its own end.
        truncated: [num_places], bool: the horizon cut the episode off where it was.
    """

    reward: np.ndarray
    terminal: np.ndarray
    truncated: np.ndarray


class Environment(ABC):
    """Levels of one environment, with places in which they are played side by side.

    A subclass says how a level begins, moves and looks; episodes and their horizon are kept here.
    Everything that happens follows from the levels and the actions.

    Attributes:
        num_levels: how many there are; a *position* is an index among them.
        observation_shape: of one observation, [channels, height, width].
        num_actions: actions are 0, …, num_actions - 1.
        horizon: steps after which an episode is cut off.
        positions: of the level in each place, [num_places].
        elapsed: steps of the episode in each place, [num_places].
    """

    def __init__(
        self, num_levels: int, observation_shape: tuple[int, ...], num_actions: int, horizon: int
    ) -> None:
        self.num_levels = num_levels
        self.observation_shape = observation_shape
        self.num_actions = num_actions
        self.horizon = horizon
        self.begin(np.zeros(0, dtype=np.int64))

    def begin(self, positions: np.ndarray) -> None:
        """Make as many places as there are positions, and begin these levels in them."""
        self.positions = np.array(positions, dtype=np.int64)
        self.elapsed = np.zeros(len(self.positions), dtype=np.int64)
        self.enter(np.arange(len(self.positions)), self.positions)

    def restart(self, places: np.ndarray, positions: np.ndarray) -> None:
        """Begin levels in some of the places."""
        self.positions[places] = positions
        self.elapsed[places] = 0
        self.enter(places, self.positions[places])

    def step(self, actions: np.ndarray) -> Step:
        """Act once in every place, [num_places]. Episodes that ended are not begun again here."""
        reward, terminal = self.move(np.asarray(actions, dtype=np.int64))
        self.elapsed += 1
        return Step(reward.astype(np.float32), terminal, ~terminal & (self.elapsed >= self.horizon))

    @abstractmethod
    def enter(self, places: np.ndarray, positions: np.ndarray) -> None:
        """Set the state of these places to the beginning of these levels."""

    @abstractmethod
    def move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Reward and terminal of one step in every place."""

    @abstractmethod
    def observe(self) -> np.ndarray:
        """What is seen in every place, [num_places, *observation_shape], uint8."""

    @abstractmethod
    def state(self) -> dict[str, np.ndarray]:
        """What `enter` and `move` change, by name, [num_places, ...]: what a checkpoint holds."""

    @abstractmethod
    def take_up(self, state: dict[str, np.ndarray]) -> None:
        """Go back to a state of as many places as there are."""

    def domains(self) -> list[str] | None:
        """The domain of each level, [num_levels], where levels are of several."""
        return None

    def expert_actions(self) -> np.ndarray:
        """The best action in every place, [num_places].

        Raises:
            ValueError: nobody knows it in this environment.
        """
        raise ValueError("this environment has no scripted expert: give a policy to collect with")


# From the numbers of the levels: equal numbers are equal levels, whoever plays them.
Levels = Callable[Concatenate[Sequence[int], ...], Environment]


def build_environment(choice: str | dict[str, Any], levels: Sequence[int]) -> Environment:
    """These levels of the environment that a study names: `maze`, or `{maze: {side: 9}}`."""
    environment: Environment = chosen("environments", choice)(tuple(int(level) for level in levels))
    return environment
