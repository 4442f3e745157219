import torch

from heldout.runtime.components.regression_losses.huber import huber


def test_a_square_up_to_delta_and_a_line_beyond():
    labels = torch.zeros(3, 1)
    predicted = torch.tensor([[1.0], [2.0], [-5.0]])
    # e^2 / 2 for 1 and 2; 2 (5 - 2 / 2) for 5.
    assert huber(predicted, labels, delta=2.0).tolist() == [0.5, 2.0, 8.0]


def test_outputs_are_averaged():
    assert huber(torch.tensor([[1.0, 3.0]]), torch.zeros(1, 2)).tolist() == [(0.5 + 2.5) / 2]
