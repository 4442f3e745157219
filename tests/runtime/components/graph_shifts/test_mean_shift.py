import numpy as np
import pytest

from heldout.runtime.components.graph_shifts.mean_shift import mean_shift
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model


def test_every_node_moves_by_one_vector_of_the_length_asked_for():
    graph = contextual_block_model(num_nodes=20, num_features=9, degree=1)
    moved = mean_shift(graph, 0.5, np.random.default_rng(0), deviations=4.0).x - graph.x
    assert (moved - moved[0]).abs().max().item() < 1e-5
    # Root mean square over the features: 0.5 * 4 standard deviations.
    assert moved[0].square().mean().sqrt().item() == pytest.approx(2 * graph.x.std().item(), rel=1e-5)
