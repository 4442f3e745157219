import numpy as np
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.control.logs import Logs, rewards_to_go

CPU = torch.device("cpu")


def test_rewards_to_go_by_hand():
    reward = np.array([1.0, 2.0, 4.0, 8.0, 16.0], dtype=np.float32)
    last = np.array([False, True, False, False, True])
    # 1 + 2, 2; 4 + 8 + 16, 8 + 16, 16.
    assert rewards_to_go(reward, last).tolist() == [3.0, 2.0, 28.0, 24.0, 16.0]


def test_what_comes_after_is_known_but_where_an_episode_was_cut_off(corridor):
    # The first episode reaches the goal with its third step, the second is cut off after two.
    logs = Logs.of(corridor([[1, 1, 1], [1, 0]]), CPU)
    assert logs.terminal.tolist() == [False, False, True, False, False]
    assert logs.last.tolist() == [False, False, True, False, True]
    assert logs.with_next().tolist() == [0, 1, 2, 3]
    assert logs.next_of(torch.tensor([0, 3, 4])).tolist() == [1, 4, 4]
    assert logs.seen(torch.tensor([1])).tolist() == [[[[0.0, 1.0, 0.0, 0.0]]]]
    assert logs.to_go.tolist() == [1.0, 1.0, 1.0, 0.0, 0.0]


def test_other_data_are_refused(corridor):
    with pytest.raises(ValueError, match="no observation, action"):
        Logs.of(Dataset(rows=corridor([[1]]).rows), CPU)
    with pytest.raises(ValueError, match="no logged steps to learn from"):
        Logs.of(corridor([[1]]).take([]), CPU)
