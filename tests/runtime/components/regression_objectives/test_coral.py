import numpy as np
import pytest

from heldout.runtime.components.regression_objectives.coral import coral


def test_risk_and_distance_by_hand(case, risks):
    forward, batch, loss = case
    x = batch.x.numpy()
    covariances = np.stack([np.cov(part.T) for part in x])
    pairs = [(0, 1), (0, 2), (1, 2)]
    distance = np.mean([((covariances[a] - covariances[b]) ** 2).mean() for a, b in pairs])
    means = np.mean([((x[a].mean(0) - x[b].mean(0)) ** 2).mean() for a, b in pairs])
    found = coral(forward, batch, loss, penalty=2.0)
    assert found.item() == pytest.approx(risks.mean() + 2 * (distance + means), rel=1e-5)
    alone = coral(forward, batch, loss, penalty=2.0, match_means=False)
    assert alone.item() == pytest.approx(risks.mean() + 2 * distance, rel=1e-5)
