import numpy as np
import pytest
import torch
from scipy.optimize import approx_fprime, brentq
from scipy.stats import norm

from heldout.runtime.components.objectives.eqrm import eqrm, kernel_quantile
from heldout.runtime.training.risks import domain_risks

RISKS = np.array([0.2, 0.9, 0.5, 1.6])


def by_scipy(risks, quantile):
    bandwidth = 1.06 * np.std(risks, ddof=1) * len(risks) ** -0.2
    return brentq(lambda q: norm.cdf((q - risks) / bandwidth).mean() - quantile, -10, 20, xtol=1e-14)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.75, 0.99])
def test_quantile_and_gradient(quantile):
    risks = torch.tensor(RISKS, requires_grad=True)
    value = kernel_quantile(risks, quantile)
    np.testing.assert_allclose(value.item(), by_scipy(RISKS, quantile), rtol=1e-8)
    expected = approx_fprime(RISKS, lambda risks: by_scipy(risks, quantile), 1e-6)
    np.testing.assert_allclose(torch.autograd.grad(value, risks)[0].numpy(), expected, atol=1e-5)


def test_equal_risks_have_a_gradient():
    risks = torch.full((3,), 0.7, requires_grad=True)
    value = kernel_quantile(risks, 0.75)
    (gradient,) = torch.autograd.grad(value, risks)
    assert value.item() == pytest.approx(0.7, abs=1e-5)
    torch.testing.assert_close(gradient, torch.full((3,), 1 / 3))


def test_erm_then_the_quantile_at_another_learning_rate(random_case):
    forward, batch = random_case()
    risks = domain_risks(forward.logits(batch.x), batch.y)
    before, at, after = (
        eqrm(forward, batch, step, 1e-3, quantile=0.8, burn_in_steps=1, learning_rate_after=1e-5)
        for step in range(3)
    )
    torch.testing.assert_close(before.loss, risks.mean())
    torch.testing.assert_close(at.loss, kernel_quantile(risks, 0.8))
    assert [update.learning_rate for update in (before, at, after)] == [None, 1e-5, 1e-5]
    assert [update.restart_optimizer for update in (before, at, after)] == [False, True, False]


def test_refuses_what_has_no_quantile(random_case):
    forward, batch = random_case()
    with pytest.raises(ValueError, match=r"between 0 and 1, got 1\.0"):
        eqrm(forward, batch, 0, 1e-3, quantile=1.0)
    with pytest.raises(ValueError, match="eqrm needs 2 training domains, got 1"):
        eqrm(forward, batch._replace(x=batch.x[:1], y=batch.y[:1]), 0, 1e-3)
