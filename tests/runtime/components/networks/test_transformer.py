import math

import pytest
import torch

from heldout.runtime.components.networks.transformer import transformer


def test_sizes_of_one_layer():
    network = transformer((2, 113), width=128)
    embedding, positions = 113 * 128, 3 * 128
    attention, perceptron = 4 * 128 * 128, 2 * 128 * 512 + 512 + 128
    assert sum(p.numel() for p in network.parameters()) == embedding + positions + attention + perceptron


def test_one_head_by_hand():
    network = transformer((2, 3), width=2, heads=1)
    layer = network.layers[0]
    with torch.no_grad():
        layer.perceptron[2].weight.zero_()
        layer.perceptron[2].bias.zero_()
        x = torch.eye(3)[[0, 2]][None]  # the first and the last of three symbols
        table = network.embedding.weight.T  # [3, 2]
        vectors = torch.stack([table[0], table[2], torch.zeros(2)]) + network.positions
        queries, keys, values = (vectors @ part.T for part in layer.queries_keys_values.weight.split(2))
        weights = (queries[2] @ keys.T / math.sqrt(2)).softmax(0)
        expected = vectors[2] + weights @ values @ layer.output.weight.T
        torch.testing.assert_close(network(x)[0], expected)


def test_with_layer_norm_the_features_are_normalised():
    features = transformer((2, 5), width=16, heads=2, layer_norm=True)(torch.rand(3, 2, 5))
    torch.testing.assert_close(features.mean(1), torch.zeros(3), atol=1e-5, rtol=0)


def test_order_matters():
    network = transformer((2, 5), width=8, heads=2)
    x = torch.eye(5)[[1, 3]][None]
    assert not torch.allclose(network(x), network(x.flip(1)))


@pytest.mark.parametrize(
    ("shape", "message"),
    [((7,), "needs sequences of vectors"), ((2, 7), "3 heads do not divide a width of 128")],
)
def test_what_does_not_fit_is_refused(shape, message):
    with pytest.raises(ValueError, match=message):
        transformer(shape, heads=3)
