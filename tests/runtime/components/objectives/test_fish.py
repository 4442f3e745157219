import copy

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from heldout.runtime.components.objectives.fish import fish

RATE, DECAY, META = 0.05, 0.01, 0.3


def by_torch(linear, optimizer, batch, order):
    """Fish with a clone of the module and an optimizer of torch's, over one outer step."""
    clone = copy.deepcopy(linear)
    optimizer.param_groups[0]["params"][:] = list(clone.parameters())
    state = dict(
        zip(clone.parameters(), [optimizer.state.pop(k) for k in list(optimizer.state)], strict=False)
    )
    optimizer.state.update(state)
    risks = []
    for domain in order:
        loss = cross_entropy(clone(batch.x[domain]), batch.y[domain])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        risks.append(loss.item())
    with torch.no_grad():
        for weight, reached in zip(linear.parameters(), clone.parameters(), strict=True):
            weight += META * (reached - weight)
    return sum(risks) / len(risks)


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_two_steps_against_torchs_optimizers(random_case, name):
    forward, batch = random_case()
    linear = nn.Linear(5, 4, dtype=torch.float64)
    with torch.no_grad():
        linear.weight.copy_(forward.parameters["head.weight"])
        linear.bias.copy_(forward.parameters["head.bias"])
    kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[name]
    optimizer = kind(linear.parameters(), lr=RATE, weight_decay=DECAY)
    generator, state = torch.Generator().manual_seed(2), {}
    orders = torch.Generator().manual_seed(2)
    for _ in range(2):
        update = fish(
            forward, batch, state, generator, RATE, DECAY, meta_learning_rate=META, inner_optimizer=name
        )
        risk = by_torch(linear, optimizer, batch, torch.randperm(3, generator=orders).tolist())
        assert update.loss.item() == pytest.approx(risk)
        torch.testing.assert_close(update.parameters["head.weight"], linear.weight.detach())
        torch.testing.assert_close(update.parameters["head.bias"], linear.bias.detach())
        weights = {key: weight.requires_grad_() for key, weight in update.parameters.items()}
        forward, state = forward.at(weights), update.state
    assert (state.get("count") == 6) if name == "adam" else state == {}


def test_leaves_the_weights_that_it_was_given(random_case):
    forward, batch = random_case()
    before = forward.parameters["head.weight"].detach().clone()
    fish(forward, batch, {}, torch.Generator(), RATE, 0.0)
    assert torch.equal(forward.parameters["head.weight"], before)
    assert forward.parameters["head.weight"].grad is None
