import numpy as np

from heldout.runtime.components.objectives.vrex import vrex
from heldout.runtime.training.risks import domain_risks


def test_mean_plus_population_variance_of_the_risks(random_case):
    forward, batch = random_case()
    risks = domain_risks(forward.logits(batch.x), batch.y).detach().numpy()
    before, at, after = (vrex(forward, batch, step, penalty=5.0, anneal_steps=1) for step in range(3))
    np.testing.assert_allclose(before.loss.item(), np.mean(risks) + np.var(risks))
    np.testing.assert_allclose(after.loss.item(), np.mean(risks) + 5.0 * np.var(risks))
    assert (before.restart_optimizer, at.restart_optimizer, after.restart_optimizer) == (False, True, False)
