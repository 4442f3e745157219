import numpy as np
import pytest
import torch

from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.objectives.coral import coral, covariances, mean_pair_distance
from heldout.runtime.components.objectives.erm import erm


def test_two_points_per_domain_by_hand():
    # Domain 0 varies along feature 0, domain 1 along feature 1: covariances diag(2, 0), diag(0, 2).
    features = torch.tensor([[[0.0, 0.0], [2.0, 0.0]], [[0.0, 0.0], [0.0, 2.0]]])
    assert covariances(features).tolist() == [[[2.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 2.0]]]
    assert mean_pair_distance(covariances(features)) == (2**2 + 2**2) / 2**2
    assert mean_pair_distance(features.mean(1)) == (1**2 + 1**2) / 2  # means (1, 0) and (0, 1)


def test_average_over_pairs_against_numpy(random_case):
    forward, batch = random_case()
    x = batch.x.numpy()
    covariance = [np.cov(domain.T) for domain in x]
    pairs = [(0, 1), (0, 2), (1, 2)]
    second = np.mean([np.mean((covariance[i] - covariance[j]) ** 2) for i, j in pairs])
    first = np.mean([np.mean((x[i].mean(0) - x[j].mean(0)) ** 2) for i, j in pairs])
    risk = erm(forward, batch).item()
    np.testing.assert_allclose(
        coral(forward, batch, penalty=2.0).item(), risk + 2 * (first + second), rtol=1e-6
    )
    without = coral(forward, batch, penalty=2.0, match_means=False).item()
    np.testing.assert_allclose(without, risk + 2 * second, rtol=1e-6)


def test_one_domain_has_nothing_to_align(random_case):
    forward, batch = random_case(num_domains=1)
    torch.testing.assert_close(coral(forward, batch), erm(forward, batch))


def test_refuses_a_single_example(random_case):
    forward, batch = random_case()
    with pytest.raises(ValueError, match="coral needs 2 examples of each domain, got 1"):
        coral(forward, Batch(batch.x[:, :1], batch.y[:, :1]))
