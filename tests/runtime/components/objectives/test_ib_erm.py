import numpy as np
import pytest
import torch

from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.components.objectives.ib_erm import bottleneck, ib_erm


def test_variance_within_domains(random_case):
    _, batch = random_case()
    shifted = batch.x + 100 * torch.arange(3)[:, None, None]
    np.testing.assert_allclose(bottleneck(shifted).item(), np.var(batch.x.numpy(), axis=1, ddof=1).mean())
    with pytest.raises(ValueError, match="2 examples of each domain, got 1"):
        bottleneck(batch.x[:, :1])


def test_weight_is_zero_before_annealing(random_case):
    forward, batch = random_case()
    updates = [ib_erm(forward, batch, step, penalty=7.0, anneal_steps=1) for step in range(3)]
    for update, weight in zip(updates, [0.0, 7.0, 7.0], strict=True):
        torch.testing.assert_close(update.loss, erm(forward, batch) + weight * bottleneck(batch.x))
    assert [update.restart_optimizer for update in updates] == [False, True, False]
