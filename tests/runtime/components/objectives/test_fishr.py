import numpy as np
import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.components.objectives.contract import Sizes
from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.components.objectives.fishr import fishr, gradient_variances


def variances_by_autograd(forward, batch):
    weights = [forward.parameters["head.weight"], forward.parameters["head.bias"]]
    of_domains = []
    for x, y in zip(batch.x, batch.y, strict=True):
        of_examples = []
        for example, label in zip(x, y, strict=True):
            loss = cross_entropy(forward.logits(example[None]), label[None])
            of_examples.append(torch.cat([g.flatten() for g in torch.autograd.grad(loss, weights)]).numpy())
        of_domains.append(np.var(of_examples, axis=0))
    return np.array(of_domains)


def test_variances_of_per_example_gradients(random_case):
    forward, batch = random_case()
    closed = gradient_variances(batch.x, forward.logits(batch.x), batch.y)
    np.testing.assert_allclose(closed.detach().numpy(), variances_by_autograd(forward, batch), rtol=1e-4)


def test_moving_average_and_distance(random_case):
    forward, batch = random_case()
    now = variances_by_autograd(forward, batch)
    state = fishr.initial_state(Sizes(num_features=5, num_classes=4, num_domains=3))
    assert state["variances"].shape == now.shape
    first = fishr(forward, batch, 0, state, penalty=100.0, anneal_steps=1, ema=0.9)
    second = fishr(forward, batch, 1, first.state, penalty=100.0, anneal_steps=1, ema=0.9)
    np.testing.assert_allclose(first.state["variances"].numpy(), 0.1 * now, rtol=1e-4)
    np.testing.assert_allclose(second.state["variances"].numpy(), (0.9 * 0.1 + 0.1) * now, rtol=1e-4)
    used = (0.9 * 0.1 + 0.1) * now / 0.1
    distance = np.mean([(used[i] - used.mean(0)) ** 2 for i in range(3)])
    risk = erm(forward, batch).item()
    np.testing.assert_allclose(first.loss.item(), risk)
    np.testing.assert_allclose(second.loss.item(), risk + 100 * distance, rtol=1e-4)
    assert (first.restart_optimizer, second.restart_optimizer) == (False, True)
