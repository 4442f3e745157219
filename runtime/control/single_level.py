"""Any environment as one of Gymnasium, a level at a time."""

from typing import Any

import gymnasium
import numpy as np

from heldout.runtime.components.environments.contract import Environment


class SingleLevel(gymnasium.Env[np.ndarray, np.int64]):
    """The levels of an environment behind the interface of Gymnasium.

    `reset(seed=…)` seeds the choice of level; `reset(options={"position": 3})` names it.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - as Gymnasium declares it

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.observation_space = gymnasium.spaces.Box(0, 255, environment.observation_shape, np.uint8)
        self.action_space = gymnasium.spaces.Discrete(environment.num_actions)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        drawn = int(self.np_random.integers(self._environment.num_levels))
        position = (options or {}).get("position", drawn)
        self._environment.begin(np.array([position]))
        return self._environment.observe()[0], {"position": position}

    def step(self, action: np.int64) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        step = self._environment.step(np.array([action]))
        seen = self._environment.observe()[0]
        return seen, float(step.reward[0]), bool(step.terminal[0]), bool(step.truncated[0]), {}
