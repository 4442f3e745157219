import torch

from heldout.runtime.components.objectives.andmask import agreed_gradient, andmask
from heldout.runtime.training.risks import domain_risks


def test_agreement_by_hand():
    # Signs agree in components 0 (all +) and 3 (all -); 2 of 3 agree in 1; 2 holds a zero.
    gradients = torch.tensor([[1.0, 3.0, 2.0, -1.0], [2.0, 3.0, 2.0, -1.0], [3.0, -3.0, 0.0, -4.0]])
    strict = agreed_gradient(gradients, 1.0)
    torch.testing.assert_close(strict, torch.tensor([2.0, 0.0, 0.0, -2.0]) / (2 / 4))
    # Means of the signs: 1, 1/3, 2/3, -1.
    loose = agreed_gradient(gradients, 0.5)
    torch.testing.assert_close(loose, torch.tensor([2.0, 0.0, 4 / 3, -2.0]) / (3 / 4))


def test_no_agreement_gives_no_step():
    assert agreed_gradient(torch.tensor([[1.0, -2.0], [-1.0, 2.0]]), 1.0).tolist() == [0.0, 0.0]


def test_each_parameter_from_each_domains_own_gradient(random_case):
    forward, batch = random_case()
    update = andmask(forward, batch, tau=0.6)
    assert set(update.gradients) == set(forward.parameters)
    for name, parameter in forward.parameters.items():
        of_domain = []
        for x, y in zip(batch.x, batch.y, strict=True):
            (gradient,) = torch.autograd.grad(domain_risks(forward.logits(x[None]), y[None])[0], parameter)
            of_domain.append(gradient)
        torch.testing.assert_close(update.gradients[name], agreed_gradient(torch.stack(of_domain), 0.6))
