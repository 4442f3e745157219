import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.components.objectives.contract import Sizes
from heldout.runtime.components.objectives.dann import dann, domain_losses, input_gradient_penalty
from heldout.runtime.components.objectives.erm import erm

SIZES = Sizes(num_features=5, num_classes=4, num_domains=3)


def case(random_case):
    torch.manual_seed(0)
    return random_case(auxiliaries=dann.auxiliary_networks(SIZES))


def discriminator_loss(forward, features):
    logits = forward.auxiliary("discriminator", features.flatten(0, 1))
    return cross_entropy(logits, torch.tensor([0] * 8 + [1] * 8 + [2] * 8))


def test_domain_losses_by_hand():
    # Odds 3 : 1 for domain 0 everywhere.
    logits = torch.tensor([3.0, 1.0]).log().expand(2, 1, 2)
    torch.testing.assert_close(domain_losses(logits), -torch.tensor([[3 / 4], [1 / 4]]).log())


def test_discriminator_descends_and_features_ascend(random_case):
    forward, batch = case(random_case)
    x = batch.x.clone().requires_grad_()
    loss = dann(forward, batch._replace(x=x), penalty=2.5)
    risk, adversary = erm(forward, batch._replace(x=x)), discriminator_loss(forward, x)
    torch.testing.assert_close(loss, risk + adversary)
    torch.testing.assert_close(
        torch.autograd.grad(loss, x, retain_graph=True)[0],
        torch.autograd.grad(risk, x)[0] - 2.5 * torch.autograd.grad(adversary, x, retain_graph=True)[0],
    )
    own = [weight for name, weight in forward.parameters.items() if name.startswith("auxiliary.")]
    assert len(own) == 6
    torch.testing.assert_close(torch.autograd.grad(loss, own), torch.autograd.grad(adversary, own))


def test_gradient_penalty_of_a_linear_discriminator(random_case):
    # With logits W x, the gradient of an example's loss in x is W^T (softmax - one-hot).
    forward, batch = random_case()
    matrix = torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    x = batch.x.clone().requires_grad_()
    logits = x @ matrix.T
    residual = logits.softmax(-1) - torch.eye(3, dtype=torch.float64)[:, None, :]
    expected = (residual @ matrix).square().sum(-1).mean()
    torch.testing.assert_close(input_gradient_penalty(forward, domain_losses(logits), x), expected)


def test_gradient_penalty_is_weighed_and_reaches_the_discriminator(random_case):
    forward, batch = case(random_case)
    x = batch.x.clone().requires_grad_()
    with_penalty = dann(forward, batch._replace(x=x), gradient_penalty=10.0)
    penalty = input_gradient_penalty(forward, domain_losses(forward.auxiliary("discriminator", x)), x)
    torch.testing.assert_close(with_penalty, dann(forward, batch._replace(x=x)) + 10.0 * penalty)
    first = forward.parameters["auxiliary.discriminator.0.weight"]
    assert torch.autograd.grad(penalty, first)[0].abs().sum() > 0
