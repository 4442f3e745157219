import torch

from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.components.objectives.sd import sd


def test_mean_square_of_the_logits_by_hand(linear_forward):
    # Logits (2, 0) and (0, -4): mean square (4 + 0 + 0 + 16) / 4 = 5.
    forward = linear_forward([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
    batch = Batch(torch.tensor([[[2.0, 0.0]], [[0.0, -4.0]]]), torch.tensor([[0], [1]]))
    torch.testing.assert_close(sd(forward, batch, penalty=0.1), erm(forward, batch) + 0.1 * 5)
