import numpy as np
import torch

from heldout.runtime.components.objectives.contract import Sizes
from heldout.runtime.components.objectives.group_dro import group_dro
from heldout.runtime.training.risks import domain_risks


def test_starts_with_equal_weights():
    state = group_dro.initial_state(Sizes(num_features=5, num_classes=4, num_domains=4))
    assert state["weights"].tolist() == [0.25] * 4


def test_exponentiated_gradient_over_two_steps(random_case):
    forward, batch = random_case()
    risks = domain_risks(forward.logits(batch.x), batch.y).detach().numpy()
    state = {"weights": torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)}
    first = group_dro(forward, batch, state, eta=0.7)
    second = group_dro(forward, batch, first.state, eta=0.7)
    for update, steps in ((first, 1), (second, 2)):
        grown = np.array([0.2, 0.3, 0.5]) * np.exp(0.7 * steps * risks)
        weights = grown / grown.sum()
        np.testing.assert_allclose(update.state["weights"].numpy(), weights)
        np.testing.assert_allclose(update.loss.item(), weights @ risks)


def test_gradient_is_that_of_the_weighted_risks_alone(random_case):
    forward, batch = random_case()
    update = group_dro(forward, batch, {"weights": torch.full((3,), 1 / 3, dtype=torch.float64)}, eta=0.7)
    weighted = (update.state["weights"] * domain_risks(forward.logits(batch.x), batch.y)).sum()
    weight = forward.parameters["head.weight"]
    torch.testing.assert_close(
        torch.autograd.grad(update.loss, weight), torch.autograd.grad(weighted, weight)
    )
