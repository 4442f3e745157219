from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.components.graph_shifts.homophily import homophily
from heldout.runtime.graphs.edges import pairs_of
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model


@pytest.fixture(scope="module")
def graph():
    return contextual_block_model(num_nodes=400, degree=8, homophily=0.8)


def within(graph):
    pairs, label = pairs_of(graph.edge_index), graph.labels.numpy()
    return {tuple(pair) for pair in pairs.T.tolist() if label[pair[0]] == label[pair[1]]}


def test_as_many_edges_within_classes_go_as_were_asked_for(graph):
    before, after = (within(g) for g in (graph, homophily(graph, 0.5, np.random.default_rng(0), share=0.6)))
    assert after < before  # none is new: all that is rewired joins two classes
    # Each goes with probability 0.3; some 1,280 edges scatter by sqrt(0.3 * 0.7 / 1280) = 0.013.
    assert 1 - len(after) / len(before) == pytest.approx(0.3, abs=0.052)


def test_the_density_stays(graph):
    found = homophily(graph, 1.0, np.random.default_rng(0))
    # 0.64 of 1,600 edges are thrown among 60,000 pairs between classes, 320 of which are taken: about
    # 1024 * 320 / 60000 + 1024 ** 2 / 2 / 60000 = 14 fall on another.
    lost = (graph.edge_index.shape[1] - found.edge_index.shape[1]) / 2
    assert 0 <= lost < 40


def test_a_stronger_shift_rewires_these_edges_and_more(graph):
    weak, strong = (within(homophily(graph, s, np.random.default_rng(5))) for s in (0.3, 0.9))
    assert strong < weak


def test_nodes_without_a_label(graph):
    rows = graph.rows.set_column(1, "label", pa.array([None] * len(graph), pa.int64()))
    with pytest.raises(ValueError, match="400 nodes have no label to rewire by"):
        homophily(replace(graph, rows=rows), 1.0, np.random.default_rng(0))
