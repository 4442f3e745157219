import torch

from heldout.runtime.components.regression_losses.squared_error import squared_error


def test_two_outputs_by_hand():
    predicted = torch.tensor([[[1.0, 5.0], [0.0, 0.0]]])
    labels = torch.tensor([[[0.0, 2.0], [3.0, 0.0]]])
    assert squared_error(predicted, labels).tolist() == [[(1 + 9) / 2, 9 / 2]]
