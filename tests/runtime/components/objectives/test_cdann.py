import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.components.objectives.cdann import cdann, class_balance
from heldout.runtime.components.objectives.contract import Sizes
from heldout.runtime.components.objectives.erm import erm

SIZES = Sizes(num_features=5, num_classes=4, num_domains=3)


def test_balance_by_hand():
    # Class 0 three times, class 1 once, class 2 never: each class present has 1/3 in all.
    weights = class_balance(torch.tensor([[0, 0], [1, 0]]), num_classes=3)
    torch.testing.assert_close(weights, torch.tensor([[1 / 9, 1 / 9], [1 / 3, 1 / 9]]))


def test_discriminator_sees_the_class_embedding(random_case):
    torch.manual_seed(0)
    forward, batch = random_case(auxiliaries=cdann.auxiliary_networks(SIZES))
    x, y = batch.x.clone().requires_grad_(), batch.y.flatten()
    loss = cdann(forward, batch._replace(x=x), penalty=2.5)
    embedding = forward.parameters["auxiliary.class_embedding.weight"]
    logits = forward.auxiliary("discriminator", x.flatten(0, 1) + embedding[y])
    losses = cross_entropy(logits, torch.tensor([0] * 8 + [1] * 8 + [2] * 8), reduction="none")
    present = [losses[y == k].mean() / 4 for k in range(4)]
    risk, adversary = erm(forward, batch._replace(x=x)), sum(present)
    torch.testing.assert_close(loss, risk + adversary)
    torch.testing.assert_close(
        torch.autograd.grad(loss, x, retain_graph=True)[0],
        torch.autograd.grad(risk, x)[0] - 2.5 * torch.autograd.grad(adversary, x, retain_graph=True)[0],
    )
    torch.testing.assert_close(
        torch.autograd.grad(loss, embedding), torch.autograd.grad(adversary, embedding)
    )
