import math

import torch

from heldout.runtime.training.risks import domain_risks


def test_one_risk_per_domain_by_hand():
    # Domain 0: probability 3/4 and 1/4 for the true class; domain 1: 1/2 and 1/2.
    logits = torch.tensor([[[math.log(3), 0.0], [math.log(3), 0.0]], [[0.0, 0.0], [7.0, 7.0]]])
    y = torch.tensor([[0, 1], [0, 1]])
    expected = torch.tensor([-(math.log(3 / 4) + math.log(1 / 4)) / 2, math.log(2)])
    torch.testing.assert_close(domain_risks(logits, y), expected)
