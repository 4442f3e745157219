"""Play one episode in each of some places, and note every step."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from heldout.runtime.components.environments.contract import Environment


class Actor(Protocol):
    """Whatever chooses actions."""

    def begin(self, num_places: int) -> None:
        """Forget everything: new episodes begin in this many places."""

    def act(self, observation: np.ndarray, places: np.ndarray) -> np.ndarray:
        """An action for each of these places, from what is seen there."""

    def note(self, places: np.ndarray, action: np.ndarray, reward: np.ndarray) -> None:
        """What was done in these places, and what it gave."""


class Played(NamedTuple):
    """The steps of one episode in each place, in order of place and step.

    Attributes:
        place: [num_steps], int64.
        step: of the episode, from 0, [num_steps], int64.
        observation: before the step, [num_steps, ...], uint8; empty where it was not kept.
        action: [num_steps], int64.
        reward: [num_steps], float32.
        terminal: [num_steps], bool.
        truncated: [num_steps], bool.
    """

    place: np.ndarray
    step: np.ndarray
    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    terminal: np.ndarray
    truncated: np.ndarray


def play(
    environment: Environment,
    positions: np.ndarray,
    actor: Actor,
    keep_observations: bool = False,
    between: Callable[[], None] = lambda: None,
) -> Played:
    """Play each of these levels once, to its end or the horizon.

    Args:
        environment: whose places are begun anew.
        positions: of the levels, one a place.
        actor: chooses.
        keep_observations: or leave them out of what is returned.
        between: called before every step.
    """
    environment.begin(positions)
    actor.begin(len(positions))
    live = np.arange(len(positions))
    action = np.zeros(len(positions), dtype=np.int64)
    noted: list[tuple[np.ndarray, ...]] = []
    while len(live):
        between()
        observation = environment.observe()[live]
        action[live] = actor.act(observation, live)
        time = np.full(len(live), len(noted))
        step = environment.step(action)
        actor.note(live, action[live], step.reward[live])
        kept = observation if keep_observations else observation[:0]
        noted.append((live, time, kept, action[live], *(part[live] for part in step)))
        live = live[~(step.terminal | step.truncated)[live]]
    columns = [np.concatenate(column) for column in zip(*noted, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    return Played(*(column[order] if len(column) else column for column in columns))
