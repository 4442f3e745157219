import torch

from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.components.objectives.ib_irm import ib_irm
from heldout.runtime.components.objectives.irm import irm


def test_irm_plus_the_variance_each_annealed_by_itself(random_case):
    forward, batch = random_case()
    variance = batch.x.var(1).mean()
    risk = erm(forward, batch)
    invariance = irm(forward, batch, 1, penalty=1.0, anneal_steps=0).loss - risk
    settings = {"irm_penalty": 5.0, "irm_anneal_steps": 1, "ib_penalty": 3.0, "ib_anneal_steps": 2}
    updates = [ib_irm(forward, batch, step, **settings) for step in range(4)]
    for update, (a, b) in zip(updates, [(1, 0), (5, 0), (5, 3), (5, 3)], strict=True):
        torch.testing.assert_close(update.loss, risk + a * invariance + b * variance)
    assert [update.restart_optimizer for update in updates] == [False, True, True, False]
