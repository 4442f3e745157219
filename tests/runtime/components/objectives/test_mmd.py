import numpy as np
import torch
from sklearn.metrics.pairwise import rbf_kernel

from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.components.objectives.mmd import gaussian_kernel, mean_discrepancy, mmd


def kernel(a, b):
    return sum(rbf_kernel(a, b, gamma=10.0**power) for power in range(-3, 4))


def test_kernel_is_the_sum_of_scikit_learns():
    # Far from the origin, where a square expanded without centring has no digits left.
    x = torch.randn(6, 3, generator=torch.Generator().manual_seed(0)) * 0.3 + 100
    np.testing.assert_allclose(
        gaussian_kernel(x).numpy(), kernel(x.double(), x.double()), rtol=2e-3, atol=1e-5
    )


def test_discrepancy_averaged_over_pairs(random_case):
    _, batch = random_case()
    x = batch.x.float() * 0.3
    pairs = [(0, 1), (0, 2), (1, 2)]
    by_pair = [
        kernel(x[i], x[i]).mean() + kernel(x[j], x[j]).mean() - 2 * kernel(x[i], x[j]).mean()
        for i, j in pairs
    ]
    np.testing.assert_allclose(mean_discrepancy(x).item(), np.mean(by_pair), rtol=1e-4)


def test_no_discrepancy_between_equal_domains_or_for_one():
    x = torch.randn(1, 8, 3, generator=torch.Generator().manual_seed(0))
    assert mean_discrepancy(x) == 0
    assert mean_discrepancy(x.expand(3, 8, 3)).abs() < 1e-5


def test_penalty_weighs_the_discrepancy(random_case):
    forward, batch = random_case()
    expected = erm(forward, batch) + 3.0 * mean_discrepancy(batch.x)
    torch.testing.assert_close(mmd(forward, batch, penalty=3.0), expected)
