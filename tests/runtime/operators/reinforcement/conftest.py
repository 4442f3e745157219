"""A corridor to walk along, and logs of it."""

import numpy as np
import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import StopSignal


class StopBefore(StopSignal):
    """Asks to stop when it is looked at for the n-th time."""

    def __init__(self, looks):
        self._left = looks

    @property
    def received(self):
        self._left -= 1
        return 15 if self._left <= 0 else None


@pytest.fixture
def stop_before():
    return StopBefore


def corridor_logs(episodes, length=4, horizon=10):
    """Logs of a corridor of `length` cells, from lists of actions: 1 goes right, 0 left.

    The cell is the one bright pixel; the last cell is the goal, with the reward 1.
    """
    columns = {"episode": [], "step": [], "observation": [], "action": [], "reward": [], "terminal": []}
    for number, actions in enumerate(episodes):
        cell = 0
        for step, action in enumerate(actions):
            picture = np.zeros((1, 1, length), dtype=np.uint8)
            picture[0, 0, cell] = 255
            cell = max(cell + (1 if action else -1), 0)
            at_goal = cell == length - 1
            values = (number, step, picture, action, float(at_goal), at_goal)
            for column, value in zip(columns.values(), values, strict=True):
                column.append(value)
    rows = {
        "id": [f"{e}/{s}" for e, s in zip(columns["episode"], columns["step"], strict=True)],
        "episode": columns["episode"],
        "step": columns["step"],
    }
    terminal = torch.tensor(columns["terminal"])
    episode = np.array(columns["episode"])
    last = torch.tensor(np.append(episode[1:] != episode[:-1], True))
    return Dataset(
        rows=pa.table(rows),
        tensors={
            "observation": torch.from_numpy(np.stack(columns["observation"])),
            "action": torch.tensor(columns["action"]),
            "reward": torch.tensor(columns["reward"]),
            "terminal": terminal,
            "truncated": last & ~terminal,
        },
        notes={"num_actions": 2, "horizon": horizon},
    )


@pytest.fixture
def corridor():
    return corridor_logs


@pytest.fixture
def at_cells():
    """What is seen in each cell of the corridor that is no goal."""
    pictures = torch.zeros(3, 1, 1, 4, dtype=torch.uint8)
    for cell in range(3):
        pictures[cell, 0, 0, cell] = 255
    return pictures.numpy()
