import pytest
import torch
from torch import nn

from heldout.runtime.training.snapshot import below, moments, restore, restore_moments, snapshot


def trained(optimizer, layer, generator, steps):
    for _ in range(steps):
        own, common = torch.rand(3, 2, generator=generator), torch.rand(3, 2)
        optimizer.zero_grad()
        layer(own + common).square().sum().backward()
        optimizer.step()


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.SGD])
def test_going_back_gives_the_same_bits_again(kind):
    layer, generator = nn.Linear(2, 2), torch.Generator().manual_seed(1)
    optimizer = kind(layer.parameters(), lr=0.1)
    trained(optimizer, layer, generator, 3)
    saved = {
        name: value.clone() for name, value in snapshot(layer.state_dict(), optimizer, generator).items()
    }
    trained(optimizer, layer, generator, 4)
    once = {name: value.clone() for name, value in layer.state_dict().items()}
    restore(saved, layer.state_dict(), optimizer, generator)
    trained(optimizer, layer, generator, 4)
    assert all(torch.equal(once[name], value) for name, value in layer.state_dict().items())


def test_what_has_no_memory_has_no_moments():
    layer = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    layer(torch.ones(1, 1)).sum().backward()
    optimizer.step()
    assert moments(optimizer) == {}
    restore_moments(optimizer, {})


def test_names_below_a_prefix():
    one = torch.ones(1)
    assert below({"a.b.c": one, "ab.c": one}, "a.") == {"b.c": one}
