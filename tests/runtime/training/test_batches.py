import pytest
import torch

from heldout.runtime.training.batches import Batches


def test_each_epoch_takes_every_row_once():
    batches = Batches(7, 3, seed=0)
    epochs = [torch.cat([batches.at(2 * epoch + part) for part in range(2)]) for epoch in range(3)]
    assert batches.per_epoch == 2  # 7 // 3: one row is left over
    assert all(len(set(epoch.tolist())) == 6 for epoch in epochs)
    assert epochs[0].tolist() != epochs[1].tolist()
    assert Batches(7, 3, seed=0).at(5).tolist() == batches.at(5).tolist()
    assert sorted(Batches(2, 8, seed=0).at(0).tolist()) == [0, 1]


def test_no_examples_are_refused():
    with pytest.raises(ValueError, match="no examples"):
        Batches(0, 4, seed=0)
