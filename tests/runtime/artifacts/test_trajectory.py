import pytest
import torch

from heldout.runtime.artifacts import Trajectory

CONFIG = {"network": "linear", "shape": [2], "num_classes": 1}


def test_saved_and_loaded_is_the_same(tmp_path):
    weights = {
        "head.weight": torch.arange(6.0).reshape(3, 1, 2),
        "head.bias": torch.tensor([[1.0], [2.0], [3.0]]),
    }
    Trajectory((0, 1, 10), weights, CONFIG).save(tmp_path)
    loaded = Trajectory.load(tmp_path)
    assert loaded.steps == (0, 1, 10)
    assert len(loaded) == 3
    assert loaded.config == CONFIG
    second = loaded.weights_at(1)
    assert second["head.weight"].tolist() == [[2.0, 3.0]]
    assert second["head.bias"].tolist() == [2.0]


def test_another_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"holds no trajectory\.json"):
        Trajectory.load(tmp_path)
