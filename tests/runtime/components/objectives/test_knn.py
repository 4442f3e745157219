import math

import pytest
import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.objectives.knn import EPSILON, NO_LABEL, knn, neighbour_vote


def test_votes_by_hand():
    memory = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    labels = torch.tensor([0, 1, 1])
    shares = neighbour_vote(torch.tensor([[0.0, 1.0]]), memory, labels, 3, 2, 0.5)
    # Rows 1 (similarity 1) and 2 (0.8) are nearest, both of class 1.
    torch.testing.assert_close(shares, torch.tensor([[0.0, 1.0, 0.0]]))
    shares = neighbour_vote(torch.tensor([[0.0, 1.0]]), memory, labels, 3, 3, 0.5)
    weights = [math.exp(s / 0.5) for s in (0.0, 1.0, 0.8)]
    torch.testing.assert_close(shares[0, 0].item(), weights[0] / sum(weights))


def test_an_empty_place_votes_for_no_class():
    memory, labels = torch.tensor([[1.0, 0.0], [0.0, 0.0]]), torch.tensor([1, NO_LABEL])
    shares = neighbour_vote(torch.tensor([[1.0, 0.0]]), memory, labels, 2, 2, 1.0)
    torch.testing.assert_close(shares, torch.tensor([[0.0, math.e / (math.e + 1)]]))


def test_the_loss_of_a_full_queue_by_hand(linear_forward):
    forward = linear_forward([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
    batch = Batch(torch.tensor([[[2.0, 0.0]]]), torch.tensor([[0]]))
    state = {"features": torch.tensor([[1.0, 0.0], [0.0, 1.0]]), "labels": torch.tensor([0, 1])}
    update = knn(forward, batch, state, neighbours=2, temperature=0.5, queue=2)
    share = math.exp(2.0) / (math.exp(2.0) + 1)
    head = cross_entropy(torch.tensor([[2.0, 0.0]]), torch.tensor([0])).item()
    assert update.loss.item() == pytest.approx(-math.log(share + EPSILON) + head, rel=1e-6)
    # The newest feature comes first and the oldest falls out.
    assert update.state["features"].tolist() == [[1.0, 0.0], [1.0, 0.0]]
    assert update.state["labels"].tolist() == [0, 0]


def test_the_queue_starts_empty_and_passes_no_gradient(random_case):
    forward, batch = random_case()
    update = knn(forward, batch, {}, queue=40)
    assert (update.state["labels"] == NO_LABEL).sum() == 40 - batch.y.numel()
    assert not update.state["features"].requires_grad


def test_the_heads_risk_moves_the_head_and_not_the_features(linear_forward):
    forward = linear_forward(torch.randn(3, 4).tolist(), [0.0] * 3)
    x = torch.randn(2, 5, 4, requires_grad=True)
    batch = Batch(x, torch.randint(0, 3, (2, 5)))
    update = knn(forward, batch, {}, queue=10)  # nothing to vote yet: the head's risk alone moves
    (of_x,) = torch.autograd.grad(update.loss, [x], retain_graph=True, allow_unused=True)
    (of_head,) = forward.gradients(update.loss, [forward.parameters["head.weight"]])
    assert of_x is None or not of_x.any()
    assert of_head.any()
