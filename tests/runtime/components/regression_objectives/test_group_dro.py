import numpy as np
import pytest
import torch

from heldout.runtime.components.objectives.contract import Sizes
from heldout.runtime.components.regression_objectives.group_dro import group_dro


def test_exponentiated_gradient_by_hand(case, risks):
    forward, batch, loss = case
    state = group_dro.initial_state(Sizes(num_features=5, num_classes=2, num_domains=3))
    assert state["weights"].tolist() == pytest.approx([1 / 3] * 3)
    state = {"weights": torch.tensor([0.2, 0.3, 0.5]).double()}
    update = group_dro(forward, batch, state, loss, eta=0.7)
    grown = np.array([0.2, 0.3, 0.5]) * np.exp(0.7 * risks)
    weights = grown / grown.sum()
    np.testing.assert_allclose(update.state["weights"].numpy(), weights, rtol=1e-6)
    assert update.loss.item() == pytest.approx(weights @ risks, rel=1e-6)
