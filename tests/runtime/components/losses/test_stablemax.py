import math

import pytest
import torch

from heldout.runtime.components.losses.cross_entropy import cross_entropy
from heldout.runtime.components.losses.stablemax import stable_exponential, stablemax


def test_by_hand():
    # s(2) = 3, s(0) = 1, s(-3) = 1/4: probabilities 12/17, 4/17 and 1/17.
    logits = torch.tensor([[2.0, 0.0, -3.0]] * 3, dtype=torch.float64)
    losses = stablemax(logits, torch.tensor([0, 1, 2]), precision="float64")
    assert losses.tolist() == pytest.approx([math.log(17 / 12), math.log(17 / 4), math.log(17)], rel=1e-12)


def test_is_the_softmax_of_a_logarithm():
    # Proposition of the paper: StableMax(z) = softmax(g(z)), g(z) = log(z + 1) or -log(1 - z).
    z = torch.linspace(-5, 5, 11, dtype=torch.float64)[None]
    g = torch.where(z >= 0, torch.log1p(z.abs()), -torch.log1p(z.abs()))
    label = torch.tensor([7])
    torch.testing.assert_close(
        stablemax(z, label, precision="float64"), cross_entropy(g, label, precision="float64")
    )


def test_gradient_at_the_pole_of_the_other_branch():
    z = torch.tensor([1.0, 0.0, -1.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(stable_exponential(z).sum(), z)
    assert gradient.tolist() == [1.0, 1.0, 0.25]  # 1, 1, and 1 / (1 - z)^2


def test_a_lead_at_which_the_softmax_has_collapsed_leaves_a_gradient():
    logits = torch.tensor([[100.0, -100.0]], requires_grad=True)
    label = torch.tensor([0])
    (of_softmax,) = torch.autograd.grad(cross_entropy(logits, label).sum(), logits)
    (of_stablemax,) = torch.autograd.grad(stablemax(logits, label).sum(), logits)
    assert of_softmax[0, 0] == 0
    assert of_stablemax[0, 0] < 0
