import torch

from heldout.runtime.models.gradient_reversal import reverse_gradient


def test_value_is_kept_and_gradient_turned():
    x = torch.tensor([1.0, -2.0], requires_grad=True)
    y = reverse_gradient(x, 0.5)
    assert y.tolist() == [1.0, -2.0]
    (gradient,) = torch.autograd.grad((y**2).sum(), x)
    assert gradient.tolist() == [-0.5 * 2 * 1.0, -0.5 * 2 * -2.0]


def test_under_vmap():
    x = torch.arange(6.0).reshape(3, 2)
    gradient = torch.func.vmap(torch.func.grad(lambda row: (reverse_gradient(row, 2.0) ** 2).sum()))(x)
    torch.testing.assert_close(gradient, -4 * x)
