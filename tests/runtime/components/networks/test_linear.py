import torch

from heldout.runtime.components.networks.linear import linear


def test_features_are_the_input():
    network = linear((2, 3))
    x = torch.rand(4, 2, 3)
    assert network.num_features == 6
    assert torch.equal(network(x), x.reshape(4, 6))
    assert not list(network.parameters())
