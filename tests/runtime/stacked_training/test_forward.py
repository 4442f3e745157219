import torch
from torch.func import vmap

from heldout.runtime.components.objectives.contract import drawn, permutation
from heldout.runtime.stacked_training.forward import StackedForward, StackedGenerators


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def test_members_do_not_share_draws():
    together = generators(1, 2, 1)

    def member(number):
        own = StackedGenerators(together, number)
        return permutation(20, own), drawn(own, lambda g: torch.rand(3, generator=g))

    orders, numbers = vmap(member)(torch.arange(3))
    for row, generator in enumerate(generators(1, 2, 1)):
        assert torch.equal(orders[row], torch.randperm(20, generator=generator))
        assert torch.equal(numbers[row], torch.rand(3, generator=generator))
    assert torch.equal(orders[0], orders[2]) and not torch.equal(orders[0], orders[1])


def test_what_a_draw_is_told_is_each_members_own():
    def member(number, scale):
        return drawn(StackedGenerators(generators(1, 2), number), scaled, scale, 3)

    def scaled(scale, count, generator):
        return scale * torch.rand(count, generator=generator)

    together = vmap(member)(torch.arange(2), torch.tensor([1.0, 10.0]))
    first, second = (torch.rand(3, generator=generator) for generator in generators(1, 2))
    assert torch.equal(together, torch.stack([first, 10.0 * second]))


def test_gradients_of_gradients_are_each_members_own():
    # Of w^3 x: first 3 w^2 x; the square of that is 9 w^4 x^2, and its gradient 36 w^3 x^2.
    weights = torch.tensor([1.0, 2.0], requires_grad=True)
    x = torch.tensor([3.0, 5.0])

    def member(weight, x):
        forward = StackedForward.__new__(StackedForward)  # it needs no network for this
        (gradient,) = forward.gradients(weight**3 * x, [weight], create_graph=True)
        return gradient.square()

    squares = vmap(member)(weights, x)
    (second,) = torch.autograd.grad(squares.sum(), weights)
    torch.testing.assert_close(squares, 9 * weights**4 * x**2)
    torch.testing.assert_close(second, (36 * weights**3 * x**2).detach())
