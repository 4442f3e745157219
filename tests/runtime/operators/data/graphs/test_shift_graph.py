import pytest
import torch

from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model
from heldout.runtime.operators.data.graphs.shift_graph import shift_graph

SHIFTS = ("density", "feature-mask", "feature-noise", "homophily", "mean-shift")


def tiny(tmp_path, hub):
    return {"graph": contextual_block_model(num_nodes=24, degree=3), "shift": "homophily"}


@pytest.fixture(scope="module")
def graph():
    return contextual_block_model(num_nodes=100, degree=6)


def edges(graph):
    return set(map(tuple, graph.edge_index.T.tolist()))


@pytest.mark.parametrize("shift", SHIFTS)
def test_nothing_moves_at_strength_zero(shift, graph):
    found = shift_graph(graph, shift=shift, strength=0.0)
    assert torch.equal(found.x, graph.x) and edges(found) == edges(graph)


@pytest.mark.parametrize("shift", SHIFTS)
def test_nodes_and_labels_stay_and_something_else_moves(shift, graph):
    found = shift_graph(graph, shift=shift)
    assert found.rows.equals(graph.rows)
    assert not torch.equal(found.x, graph.x) or edges(found) != edges(graph)


@pytest.mark.parametrize("shift", ["feature-noise", "mean-shift"])
def test_a_stronger_shift_goes_farther_in_the_same_direction(shift, graph):
    half, whole = (shift_graph(graph, shift=shift, strength=s, seed=3).x - graph.x for s in (0.5, 1.0))
    torch.testing.assert_close(2 * half, whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shift", SHIFTS)
def test_the_seed_draws(shift, graph):
    found = [shift_graph(graph, shift=shift, strength=0.5, seed=seed) for seed in (0, 0, 1)]
    assert torch.equal(found[0].x, found[1].x) and edges(found[0]) == edges(found[1])
    assert not torch.equal(found[0].x, found[2].x) or edges(found[0]) != edges(found[2])


def test_parameters_reach_the_shift(graph):
    assert edges(shift_graph(graph, shift={"density": {"share": 1.0}})) == set()
