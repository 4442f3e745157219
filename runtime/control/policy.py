"""Policies: what scores actions, and the actor that chooses by the scores."""

from typing import Literal, Protocol

import numpy as np
import torch
from torch import Tensor

from heldout.runtime.artifacts import Model
from heldout.runtime.control.trajectory_policy import TrajectoryPolicy
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import restore_classifier

Actions = Literal["greedy", "sampled"]


class Policy(Protocol):
    """Scores of actions, which may depend on the episode so far."""

    def begin(self, num_places: int) -> None:
        """Forget everything: new episodes begin in this many places."""

    def scores(self, observation: np.ndarray, places: np.ndarray) -> Tensor:
        """Logits, or values, of the actions in each of these places, [num, num_actions]."""

    def note(self, places: np.ndarray, action: np.ndarray, reward: np.ndarray) -> None:
        """What was done in these places, and what it gave."""


class ReactivePolicy:
    """A classifier of single observations into actions."""

    def __init__(self, model: Model) -> None:
        self._device = compute_device()
        self._module = restore_classifier(model).to(self._device).eval()

    def begin(self, num_places: int) -> None:
        return

    def scores(self, observation: np.ndarray, places: np.ndarray) -> Tensor:
        if observation.shape[1:] != self._module.shape:
            took, have = list(self._module.shape), list(observation.shape[1:])
            raise ValueError(f"the policy takes observations of shape {took}, the environment has {have}")
        with torch.inference_mode():
            seen = torch.from_numpy(observation).to(self._device).float().div(255)
            return self._module(seen).cpu()

    def note(self, places: np.ndarray, action: np.ndarray, reward: np.ndarray) -> None:
        return


def restore_policy(model: Model) -> Policy:
    """The policy of an artifact.

    Raises:
        ValueError: it holds none.
    """
    if model.config.get("policy") == TrajectoryPolicy.name:
        return TrajectoryPolicy(model)
    return ReactivePolicy(model)


class PolicyActor:
    """Chooses by a policy's scores: the highest, or in proportion to their exponentials."""

    def __init__(
        self, policy: Policy, actions: Actions, epsilon: float, generator: np.random.Generator
    ) -> None:
        self._policy = policy
        self._actions = actions
        self._epsilon = epsilon
        self._generator = generator

    def begin(self, num_places: int) -> None:
        self._policy.begin(num_places)

    def act(self, observation: np.ndarray, places: np.ndarray) -> np.ndarray:
        scores = self._policy.scores(observation, places).double().numpy()
        if not np.isfinite(scores).all():
            raise ValueError("the policy's scores of some actions are not finite")
        if self._actions == "sampled":
            # The highest of scores with Gumbel noise is a draw from their softmax.
            scores = scores + self._generator.gumbel(size=scores.shape)
        return explore(scores.argmax(1), scores.shape[1], self._epsilon, self._generator)

    def note(self, places: np.ndarray, action: np.ndarray, reward: np.ndarray) -> None:
        self._policy.note(places, action, reward)


def explore(
    action: np.ndarray, num_actions: int, epsilon: float | np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Each action, or with probability epsilon one drawn evenly from all, [num]."""
    drawn = generator.integers(num_actions, size=len(action))
    return np.where(generator.random(len(action)) < epsilon, drawn, action)
