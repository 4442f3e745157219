import numpy as np
import pytest
import torch

from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model
from heldout.runtime.operators.data.splits.node_split import node_split


@pytest.fixture(scope="module")
def graph():
    return contextual_block_model(num_nodes=80, num_classes=4, degree=6)


def test_induced_parts_share_no_node_and_keep_the_classes_shares(graph):
    parts = node_split(graph, select=0.25, test=0.35, seed=1)
    ids = [set(part.rows["id"].to_pylist()) for part in parts]
    assert set.union(*ids) == set(graph.rows["id"].to_pylist())
    assert sum(map(len, ids)) == 80
    # Of 20 nodes a class: 5 to choose on, 7 to test on, 8 to train on.
    assert [part.labels.bincount().tolist() for part in parts] == [[8] * 4, [5] * 4, [7] * 4]


def test_induced_edges_are_those_within_a_part(graph):
    test = node_split(graph, seed=1).test
    place = {name: position for position, name in enumerate(graph.rows["id"].to_pylist())}
    old = np.array([place[name] for name in test.rows["id"].to_pylist()])
    found = set(map(tuple, old[test.edge_index.numpy()].T.tolist()))
    inside = set(old.tolist())
    assert found == {(a, b) for a, b in graph.edge_index.T.tolist() if a in inside and b in inside}


def test_shared_parts_have_all_nodes_and_their_own_labels_alone(graph):
    parts = node_split(graph, edges="shared", seed=1)
    assert all(torch.equal(part.edge_index, graph.edge_index) and len(part) == 80 for part in parts)
    labelled = [set(part.labelled.tolist()) for part in parts]
    assert [len(part) for part in labelled] == [48, 16, 16]  # 20 nodes a class, 4 to each of the others
    assert set.union(*labelled) == set(range(80))
    for part in parts:
        assert torch.equal(part.labels, graph.labels[torch.from_numpy(part.labelled)])
        assert part.rows["label"].null_count == 80 - len(part.labelled)


def test_a_second_split_divides_what_is_still_labelled(graph):
    train = node_split(graph, edges="shared").train
    again = node_split(train, edges="shared", seed=2)
    assert set(again.test.labelled.tolist()) < set(train.labelled.tolist())


def test_the_seed_draws(graph):
    ids = [node_split(graph, seed=seed).test.rows["id"].to_pylist() for seed in (0, 0, 1)]
    assert ids[0] == ids[1] != ids[2]


def test_an_empty_part(graph):
    with pytest.raises(ValueError, match=r"shares 0\.01 and 0\.2 leave a part of 80 nodes empty"):
        node_split(graph, select=0.01)
