import math

import pytest
import torch

from heldout.runtime.components.objectives.confidence import confidence, hardened
from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.objectives.soft_labels import soft_labels


def test_two_classes_are_equally_frequent():
    # Margins -1, 3, 0, 2: all but one above 0, and the two largest are taken for class 1.
    logits = torch.tensor([[1.0, 0.0], [0.0, 3.0], [0.0, 0.0], [1.0, 3.0]])
    assert hardened(logits).tolist() == [0, 1, 0, 1]


def test_more_classes_are_the_most_probable():
    assert hardened(torch.tensor([[0.0, 1.0, 0.5], [2.0, 1.0, 0.5]])).tolist() == [1, 0]


def test_halfway_between_both_losses_by_hand(linear_forward):
    # Logits (ln 3, 0, 0): probabilities 3/5, 1/5, 1/5. The label is class 1, the student is sure of 0.
    forward = linear_forward([[math.log(3.0)], [0.0], [0.0]], [0.0, 0.0, 0.0])
    batch = Batch(torch.ones(1, 1, 1), torch.ones(1, 1, dtype=torch.int64))
    weak, own = -math.log(1 / 5), -math.log(3 / 5)
    for step, weight in ((0, 0.0), (5, 0.25), (10, 0.5), (99, 0.5)):
        loss = confidence(forward, batch, step, max_weight=0.5, warm_up_steps=10).item()
        assert loss == pytest.approx((1 - weight) * weak + weight * own, rel=1e-6)


def test_without_weight_it_is_the_loss_of_soft_labels(random_case):
    forward, batch = random_case()
    assert torch.equal(confidence(forward, batch, 500, max_weight=0.0), soft_labels(forward, batch))


def test_what_is_hardened_has_no_gradient(random_case):
    forward, batch = random_case()
    loss = confidence(forward, batch, 500, max_weight=1.0)
    logits = forward.logits(batch.x).flatten(0, 1)
    sure = torch.nn.functional.cross_entropy(logits, hardened(logits).detach())
    parameters = list(forward.parameters.values())
    pairs = zip(forward.gradients(loss, parameters), forward.gradients(sure, parameters), strict=True)
    assert all(torch.allclose(one, other) for one, other in pairs)
