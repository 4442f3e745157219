import math

import pytest
import torch
from torch.nn import functional

from heldout.runtime.components.losses.cross_entropy import cross_entropy


def of_gap(gap, precision):
    """Loss and gradient in the label's logit for two classes whose logits are `gap` apart."""
    logits = torch.tensor([[gap, 0.0]], dtype=torch.float64, requires_grad=True)
    loss = cross_entropy(logits, torch.tensor([0]), precision=precision)
    (gradient,) = torch.autograd.grad(loss.sum(), logits)
    return loss.item(), gradient[0, 0].item()


def test_agrees_with_torch():
    logits = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0, 3, 1, 1, 2])
    expected = functional.cross_entropy(logits, labels, reduction="none")
    torch.testing.assert_close(cross_entropy(logits, labels), expected)


def test_two_classes_by_hand():
    loss, gradient = of_gap(math.log(3), "float64")  # probabilities 3/4 and 1/4
    assert loss == pytest.approx(math.log(4 / 3), rel=1e-12)
    assert gradient == pytest.approx(-1 / 4, rel=1e-12)


# 1 + exp(-gap) rounds to 1 when exp(-gap) is at most half the distance from 1 to the next number:
# 2^-11 in float16, 2^-8 in bfloat16, 2^-24 in float32, 2^-53 in float64.
@pytest.mark.parametrize(
    ("precision", "bits"), [("float16", 11), ("bfloat16", 8), ("float32", 24), ("float64", 53)]
)
def test_collapses_where_the_sum_absorbs_the_smaller_term(precision, bits):
    edge = bits * math.log(2)
    assert of_gap(edge + 0.5, precision) == (0.0, 0.0)
    loss, gradient = of_gap(edge - 0.5, precision)
    assert loss > 0
    assert gradient < 0


def test_large_logits_are_finite():
    loss = cross_entropy(torch.tensor([[0.0, 30_000.0]]), torch.tensor([0]))
    assert loss.item() == 30_000.0
