import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.components.objectives.irm import invariance_penalty, irm


def gradient_in_scale(logits, y):
    scale = torch.ones((), dtype=logits.dtype, requires_grad=True)
    (gradient,) = torch.autograd.grad(cross_entropy(scale * logits, y), scale, create_graph=True)
    return gradient


def test_penalty_and_its_gradient_are_those_of_double_backward(random_case):
    forward, batch = random_case()
    logits = forward.logits(batch.x)[0].detach().requires_grad_()
    y = batch.y[0]
    twice = gradient_in_scale(logits[0::2], y[0::2]) * gradient_in_scale(logits[1::2], y[1::2])
    closed = invariance_penalty(logits, y)
    torch.testing.assert_close(closed, twice)
    torch.testing.assert_close(torch.autograd.grad(closed, logits), torch.autograd.grad(twice, logits))


def test_penalty_is_zero_where_the_scale_is_optimal():
    # Three of four examples are of class 0, and the logits say 3 : 1, in both halves.
    logits = torch.tensor([[3.0, 1.0]]).log().expand(8, 2)
    y = torch.tensor([0, 0, 0, 0, 0, 0, 1, 1])
    assert invariance_penalty(logits, y).abs() < 1e-12


def test_weight_is_one_before_annealing_and_the_optimizer_restarts_once(random_case):
    forward, batch = random_case()
    penalties = [invariance_penalty(z, y) for z, y in zip(forward.logits(batch.x), batch.y, strict=True)]
    mean = torch.stack(penalties).mean()
    updates = [irm(forward, batch, step, penalty=7.0, anneal_steps=2) for step in range(4)]
    for update, weight in zip(updates, [1.0, 1.0, 7.0, 7.0], strict=True):
        torch.testing.assert_close(update.loss, erm(forward, batch) + weight * mean)
    assert [update.restart_optimizer for update in updates] == [False, False, True, False]
