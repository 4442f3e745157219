import pytest
import torch

from heldout.runtime.components.networks.mlp import mlp


@pytest.mark.parametrize(("depth", "sizes"), [(0, []), (1, [(5, 6)]), (3, [(5, 6), (5, 5), (5, 5)])])
def test_depth_counts_the_hidden_layers(depth, sizes):
    network = mlp((2, 3), width=5, depth=depth)
    assert [tuple(p.shape) for p in network.parameters() if p.ndim == 2] == sizes
    assert network.num_features == (5 if depth else 2 * 3)


def test_one_layer_by_hand():
    network = mlp((2,), width=2, depth=1)
    with torch.no_grad():
        network[1].weight.copy_(torch.tensor([[1.0, 2.0], [-1.0, 0.0]]))
        network[1].bias.copy_(torch.tensor([0.5, 0.0]))
    # ReLU(1 * 3 + 2 * 4 + 0.5) and ReLU(-1 * 3).
    assert network(torch.tensor([[3.0, 4.0]])).tolist() == [[11.5, 0.0]]


def test_dropout_drops_in_training_alone():
    network = mlp((100,), width=1000, depth=1, dropout=0.5)
    x = torch.ones(1, 100)
    kept = network.eval()(x) > 0
    assert torch.equal(network(x), network(x))
    dropped = (network.train()(x) == 0) & kept
    # Of about 500 active units, half; standard deviation sqrt(0.25 * 500) = 11.
    assert dropped.sum() / kept.sum() == pytest.approx(0.5, abs=0.12)
