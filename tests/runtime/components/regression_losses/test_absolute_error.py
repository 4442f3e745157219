import torch

from heldout.runtime.components.regression_losses.absolute_error import absolute_error


def test_two_outputs_by_hand():
    predicted = torch.tensor([[[1.0, 5.0], [0.0, 0.0]]])
    labels = torch.tensor([[[0.0, 2.0], [3.0, 0.0]]])
    assert absolute_error(predicted, labels).tolist() == [[(1 + 3) / 2, 3 / 2]]
