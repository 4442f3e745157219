import torch

from heldout.runtime.graphs.edges import edge_index_of, pairs_of


def test_there_and_back():
    edge_index = torch.tensor([[2, 0, 1, 1, 3], [0, 2, 0, 1, 1]])  # 0-2 both ways, 0-1, 1 to itself, 1-3
    pairs = pairs_of(edge_index)
    assert pairs.T.tolist() == [[0, 1], [0, 2], [1, 3]]
    assert set(map(tuple, edge_index_of(pairs).T.tolist())) == {
        (0, 1),
        (1, 0),
        (0, 2),
        (2, 0),
        (1, 3),
        (3, 1),
    }


def test_a_pair_that_is_there_twice_counts_once():
    assert edge_index_of(pairs_of(torch.tensor([[0], [1]]))[:, [0, 0]]).shape == (2, 2)
