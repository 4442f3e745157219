"""Logged transitions: the columns of a data set of steps, and what learners need to know of them."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset

TENSORS = ("observation", "action", "reward", "terminal", "truncated")


@dataclass(frozen=True)
class Logs:
    """Steps of logged episodes, in order, on a device.

    Attributes:
        observation: before the step, [num_steps, channels, height, width], uint8.
        action: [num_steps], int64.
        reward: [num_steps], float32.
        terminal: the episode came to its own end with this step, [num_steps], bool.
        last: the last step of its episode that was logged, [num_steps], bool.
        step: of the episode, [num_steps], int64.
        to_go: the undiscounted rewards from this step to the last of its episode, [num_steps].
        num_actions: actions are 0, …, num_actions - 1.
    """

    observation: Tensor
    action: Tensor
    reward: Tensor
    terminal: Tensor
    last: Tensor
    step: Tensor
    to_go: Tensor
    num_actions: int

    @classmethod
    def of(cls, data: Dataset, device: torch.device) -> "Logs":
        """What a data set of steps holds.

        Raises:
            ValueError: there are no steps, or it is no such data set.
        """
        missing = [name for name in TENSORS if name not in data.tensors]
        if missing or "num_actions" not in data.notes:
            raise ValueError(f"these are no logged steps: there is no {', '.join(missing) or 'num_actions'}")
        if len(data) == 0:
            raise ValueError("there are no logged steps to learn from")
        episode = data.rows["episode"].to_numpy()
        last = np.append(episode[1:] != episode[:-1], True)
        reward = data.tensors["reward"].numpy()
        return cls(
            observation=data.tensors["observation"].to(device),
            action=data.tensors["action"].to(device),
            reward=data.tensors["reward"].to(device),
            terminal=data.tensors["terminal"].to(device),
            last=torch.from_numpy(last).to(device),
            step=torch.from_numpy(data.rows["step"].to_numpy().copy()).to(device),
            to_go=torch.from_numpy(rewards_to_go(reward, last)).to(device),
            num_actions=data.notes["num_actions"],
        )

    def __len__(self) -> int:
        return len(self.action)

    def seen(self, rows: Tensor) -> Tensor:
        """Observations as inputs of a network, in [0, 1]."""
        return self.observation[rows].float().div(255)

    def with_next(self) -> Tensor:
        """The steps of which it is known what came after: the next one, or the end of the episode."""
        return torch.nonzero(self.terminal | ~self.last).flatten()

    def next_of(self, rows: Tensor) -> Tensor:
        """The step after each of these; any step where the episode ended, since its value is zero."""
        return torch.clamp(rows + 1, max=len(self) - 1)


def rewards_to_go(reward: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The sum of the rewards from each step to the last of its episode, float32."""
    summed = np.cumsum(reward[::-1].astype(np.float64))[::-1]
    after = np.append(summed[1:], 0.0)
    ends = np.flatnonzero(last)
    later: np.ndarray = after[ends][np.searchsorted(ends, np.arange(len(last)))]
    to_go: np.ndarray = summed - later
    return to_go.astype(np.float32)
