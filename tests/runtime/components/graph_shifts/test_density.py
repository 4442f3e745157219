import numpy as np
import pytest

from heldout.runtime.components.graph_shifts.density import density
from heldout.runtime.graphs.edges import pairs_of
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model


def pairs(graph):
    return set(map(tuple, pairs_of(graph.edge_index).T.tolist()))


def test_edges_go_by_strength_times_share_and_stronger_shifts_drop_more_of_them():
    graph = contextual_block_model(num_nodes=400, degree=8)
    half, whole = (pairs(density(graph, s, np.random.default_rng(0), share=0.8)) for s in (0.5, 1.0))
    before = pairs(graph)
    assert whole < half < before
    # Some 1,600 edges are kept with probability 0.6 and 0.2; four standard errors are 0.05 and 0.04.
    assert len(half) / len(before) == pytest.approx(0.6, abs=0.05)
    assert len(whole) / len(before) == pytest.approx(0.2, abs=0.04)
