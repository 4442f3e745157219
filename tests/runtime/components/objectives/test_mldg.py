import numpy as np
import pytest
import torch
from scipy.optimize import approx_fprime
from scipy.special import log_softmax, softmax

from heldout.runtime.components.objectives.mldg import mldg

RATE, BETA = 0.3, 1.7


def numpy_risk(theta, x, y):
    weight, bias = theta[:20].reshape(4, 5), theta[20:]
    return -log_softmax(x @ weight.T + bias, axis=1)[np.arange(len(y)), y].mean()


def numpy_gradient(theta, x, y):
    weight, bias = theta[:20].reshape(4, 5), theta[20:]
    residual = (softmax(x @ weight.T + bias, axis=1) - np.eye(4)[y]) / len(y)
    return np.concatenate([(residual.T @ x).ravel(), residual.sum(0)])


def case(random_case, num_meta_test):
    forward, batch = random_case()
    order = torch.randperm(3, generator=torch.Generator().manual_seed(5)).tolist()
    x, y = batch.x.numpy(), batch.y.numpy()
    train, test = order[: 3 - num_meta_test], order[3 - num_meta_test :]
    parts = [(np.concatenate(x[part]), np.concatenate(y[part])) for part in (train, test)]
    theta = torch.cat([p.detach().flatten() for p in forward.parameters.values()]).numpy()
    return forward, batch, parts, theta


@pytest.mark.parametrize("num_meta_test", [1, 2])
def test_value_and_full_gradient_against_finite_differences(random_case, num_meta_test):
    forward, batch, (train, test), theta = case(random_case, num_meta_test)

    def objective(theta):
        return numpy_risk(theta, *train) + BETA * numpy_risk(
            theta - RATE * numpy_gradient(theta, *train), *test
        )

    loss = mldg(
        forward, batch, torch.Generator().manual_seed(5), RATE, beta=BETA, num_meta_test=num_meta_test
    )
    gradient = torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(forward.parameters.values()))])
    np.testing.assert_allclose(loss.item(), objective(theta))
    np.testing.assert_allclose(gradient.numpy(), approx_fprime(theta, objective), atol=1e-6)


def test_first_order_adds_the_gradient_at_the_inner_step(random_case):
    forward, batch, (train, test), theta = case(random_case, 1)
    loss = mldg(
        forward, batch, torch.Generator().manual_seed(5), RATE, beta=BETA, num_meta_test=1, first_order=True
    )
    gradient = torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(forward.parameters.values()))])
    inner = numpy_gradient(theta, *train)
    np.testing.assert_allclose(gradient.numpy(), inner + BETA * numpy_gradient(theta - RATE * inner, *test))


def test_keeps_one_domain_to_train_on(random_case):
    forward, batch = random_case(num_domains=2)
    one, two = (
        mldg(forward, batch, torch.Generator().manual_seed(5), RATE, num_meta_test=count) for count in (1, 2)
    )
    assert one == two
    with pytest.raises(ValueError, match="mldg needs 2 training domains, got 1"):
        mldg(forward, batch._replace(x=batch.x[:1], y=batch.y[:1]), torch.Generator(), RATE)
