"""Each network's first layer against the equation of its paper, on a path of three nodes."""

import math

import pytest
import torch

from heldout.runtime.lookup import find

X = torch.tensor([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
EDGES = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])  # 0 - 1 - 2
NEIGHBOURS = {0: [1], 1: [0, 2], 2: [1]}


def one_layer(name, **parameters):
    torch.manual_seed(0)
    return find(f"graph-networks/{name}")(2, width=4, embedding=3, depth=1, **parameters)


def test_gcn():
    module = one_layer("gcn")
    convolution = module.convs[0]
    degree = {0: 2, 1: 3, 2: 2}  # with the loop to itself
    for node, neighbours in NEIGHBOURS.items():
        mean = sum(X[other] / math.sqrt(degree[node] * degree[other]) for other in [node, *neighbours])
        expected = convolution.lin.weight @ mean + convolution.bias
        torch.testing.assert_close(module(X, EDGES)[node], expected)


def test_sage():
    module = one_layer("sage")
    convolution = module.convs[0]
    for node, neighbours in NEIGHBOURS.items():
        mean = sum(X[other] for other in neighbours) / len(neighbours)
        expected = convolution.lin_l(mean) + convolution.lin_r(X[node])
        torch.testing.assert_close(module(X, EDGES)[node], expected)


def test_gin():
    module = one_layer("gin")
    for node, neighbours in NEIGHBOURS.items():
        total = X[node] + sum(X[other] for other in neighbours)
        torch.testing.assert_close(module(X, EDGES)[node], module.convs[0].nn(total[None])[0])
    assert [type(part).__name__ for part in module.convs[0].nn.lins] == ["Linear", "Linear"]


def test_gat():
    module = one_layer("gat")
    convolution = module.convs[0]
    h = X @ convolution.lin.weight.T
    to, of = convolution.att_dst[0, 0], convolution.att_src[0, 0]
    for node, neighbours in NEIGHBOURS.items():
        seen = [node, *neighbours]
        fit = torch.stack([to @ h[node] + of @ h[other] for other in seen])
        weights = torch.nn.functional.leaky_relu(fit, 0.2).softmax(0)
        expected = sum(w * h[other] for w, other in zip(weights, seen, strict=True)) + convolution.bias
        torch.testing.assert_close(module(X, EDGES)[node], expected)


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match="3 heads do not divide a width of 4"):
        one_layer("gat", heads=3)


@pytest.mark.parametrize("name", ["gcn", "sage", "gat", "gin"])
def test_depth_is_how_far_a_node_sees(name):
    chain = torch.tensor([[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]])
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    changed = x.clone()
    changed[3] += 5
    module = find(f"graph-networks/{name}")(2, width=4, embedding=3, depth=2).eval()
    moved = (module(x, chain) - module(changed, chain)).abs().amax(1) > 0
    # Node 0 is three edges away from node 3. ReLU may hide what nodes 1 and 2 see, never show more.
    assert not moved[0] and moved[3]
