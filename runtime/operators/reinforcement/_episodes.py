"""Episodes without end: where one is over, another begins on a level that is drawn."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from heldout.runtime.components.environments.contract import Environment


class Episodes:
    """Places that are never empty.

    Attributes:
        returns: of the episodes that ended since they were last asked for.
    """

    def __init__(self, environment: Environment, num_places: int, generator: np.random.Generator) -> None:
        self._environment = environment
        self._generator = generator
        self._sofar = np.zeros(num_places)
        self.returns: list[float] = []
        environment.begin(generator.integers(environment.num_levels, size=num_places))

    def observe(self) -> np.ndarray:
        return self._environment.observe()

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Act in every place; rewards, and where an episode ended and another one has begun."""
        step = self._environment.step(actions)
        ended = step.terminal | step.truncated
        self._sofar += step.reward
        places = np.flatnonzero(ended)
        self.returns += self._sofar[places].tolist()
        self._sofar[places] = 0.0
        drawn = self._generator.integers(self._environment.num_levels, size=len(places))
        self._environment.restart(places, drawn)
        return step.reward, ended

    def mean_return(self) -> float:
        """Of the episodes that ended since the last call."""
        mean = float(np.mean(self.returns))
        self.returns = []
        return mean

    def saved(self, number: int, points: dict[int, float]) -> tuple[dict[str, Tensor], dict[str, object]]:
        """All that comes next depends on, with a learner's round and the points of its curve."""
        arrays = self._environment.state() | {
            "positions": self._environment.positions,
            "elapsed": self._environment.elapsed,
            "sofar": self._sofar,
            "returns": np.array(self.returns),
        }
        tensors = {f"episodes.{name}": torch.from_numpy(array.copy()) for name, array in arrays.items()}
        drawn = json.dumps(self._generator.bit_generator.state)
        return tensors, {"round": number, "points": points, "levels": drawn}

    def take_up(self, tensors: dict[str, Tensor], notes: Mapping[str, Any]) -> tuple[int, dict[int, float]]:
        """Go back to what was saved; the round and the points."""
        arrays = {
            name.removeprefix("episodes."): tensor.numpy()
            for name, tensor in tensors.items()
            if name.startswith("episodes.")
        }
        self._environment.begin(arrays.pop("positions"))
        self._environment.elapsed = arrays.pop("elapsed").copy()
        self._sofar = arrays.pop("sofar").copy()
        self.returns = arrays.pop("returns").tolist()
        self._environment.take_up(arrays)
        self._generator.bit_generator.state = json.loads(notes["levels"])
        points = {int(step): float(value) for step, value in notes["points"].items()}
        return int(notes["round"]), points
