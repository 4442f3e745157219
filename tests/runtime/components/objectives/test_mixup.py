import pytest
import torch
from scipy.stats import beta, kstest
from torch.nn.functional import cross_entropy

from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.components.objectives.mixup import mixup, symmetric_beta


@pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
def test_draws_follow_the_beta_distribution(alpha):
    draws = symmetric_beta(alpha, 20_000, torch.Generator().manual_seed(1)).numpy()
    assert kstest(draws, beta(alpha, alpha).cdf).pvalue > 0.01


def test_mixtures_of_neighbours_in_a_circle(random_case):
    forward, batch = random_case()
    loss = mixup(forward, batch, torch.Generator().manual_seed(3), alpha=0.2)
    # The same stream again, in the documented order: the circle, then one weight a pair.
    generator = torch.Generator().manual_seed(3)
    order = torch.randperm(3, generator=generator).tolist()
    weights = symmetric_beta(0.2, 3, generator).tolist()
    expected = 0.0
    for i, j, weight in zip(order, order[1:] + order[:1], weights, strict=True):
        logits = forward.logits(weight * batch.x[i] + (1 - weight) * batch.x[j])
        expected += weight * cross_entropy(logits, batch.y[i]) / 3
        expected += (1 - weight) * cross_entropy(logits, batch.y[j]) / 3
    torch.testing.assert_close(loss, expected)


def test_a_domain_mixed_with_itself_example_by_example_is_erm(random_case):
    forward, batch = random_case(num_domains=1)
    torch.testing.assert_close(mixup(forward, batch, torch.Generator()), erm(forward, batch))


def test_refuses_integers(random_case):
    forward, batch = random_case()
    with pytest.raises(ValueError, match=r"averaged, got torch\.int64"):
        mixup(forward, Batch(batch.x.long(), batch.y), torch.Generator())
