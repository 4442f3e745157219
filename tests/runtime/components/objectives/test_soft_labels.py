import math

import pytest
import torch

from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.components.objectives.soft_labels import soft_labels


def test_one_example_by_hand(linear_forward):
    # Logits (ln 3, 0): probabilities 3/4 and 1/4. Targets 1/2 each: -(ln 3/4 + ln 1/4) / 2.
    forward = linear_forward([[math.log(3.0)], [0.0]], [0.0, 0.0])
    batch = Batch(torch.ones(1, 1, 1), torch.zeros(1, 1, dtype=torch.int64), torch.full((1, 1, 2), 0.5))
    expected = -(math.log(3 / 4) + math.log(1 / 4)) / 2
    assert soft_labels(forward, batch).item() == pytest.approx(expected, rel=1e-6)


def test_labels_alone_give_erm(random_case):
    forward, batch = random_case()
    assert torch.allclose(soft_labels(forward, batch), erm(forward, batch))


def test_the_loss_is_least_where_the_targets_are_matched(random_case):
    forward, batch = random_case()
    own = forward.logits(batch.x).softmax(-1).detach()
    loss = soft_labels(forward, batch._replace(targets=own))
    gradients = forward.gradients(loss, list(forward.parameters.values()))
    assert all(gradient.abs().max() < 1e-12 for gradient in gradients)
