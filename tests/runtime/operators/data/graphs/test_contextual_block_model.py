import pytest
import torch

from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model


def test_edges_have_the_degree_and_the_homophily_that_were_asked_for():
    graph = contextual_block_model(num_nodes=1000, num_classes=4, degree=10, homophily=0.7, num_features=1)
    first, second = graph.edge_index
    same = graph.labels[first] == graph.labels[second]
    # 5,000 edges: the share scatters by sqrt(0.7 * 0.3 / 5000) = 0.0065, the degree by
    # sqrt(5000) * 2 / 1000 = 0.14; four standard errors are allowed.
    assert same.double().mean().item() == pytest.approx(0.7, abs=0.026)
    assert graph.edge_index.shape[1] / 1000 == pytest.approx(10, abs=0.57)
    assert (first != second).all()
    pairs = set(map(tuple, graph.edge_index.T.tolist()))
    assert len(pairs) == graph.edge_index.shape[1]
    assert pairs == {(b, a) for a, b in pairs}


def test_classes_of_equal_size_around_means_at_the_distance_asked_for():
    graph = contextual_block_model(num_nodes=4000, num_classes=2, num_features=400, degree=1, separation=3)
    assert graph.labels.bincount().tolist() == [2000, 2000]
    for label in range(2):
        mean = graph.x[graph.labels == label].mean(0)
        # A mean of 400 normal numbers of variance 9 / 400 each has length 3, give or take
        # 3 / sqrt(2 * 400) = 0.11; the sample's own mean adds 400 / 2000 to the square.
        assert mean.square().sum().sub(400 / 2000).sqrt().item() == pytest.approx(3, abs=0.45)
        assert graph.x[graph.labels == label].std(0).mean().item() == pytest.approx(1, abs=0.02)


def test_samples_share_the_classes_means_and_nothing_else():
    def drawn(**more):
        return contextual_block_model(num_nodes=2000, num_features=8, degree=2, separation=4, **more)

    def means(graph):
        return torch.stack([graph.x[graph.labels == label].mean(0) for label in range(4)])

    one, other, elsewhere = drawn(sample="a"), drawn(sample="b"), drawn(sample="a", seed=1)
    # Means of 500 normal numbers scatter by 0.045.
    assert (means(one) - means(other)).abs().max() < 0.3
    assert (means(one) - means(elsewhere)).abs().max() > 1
    assert not torch.equal(one.labels, other.labels)
    assert one.rows["id"][0].as_py() == "a-0000000" and set(one.rows["domain"].to_pylist()) == {"a"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"num_nodes": 7}, "7 nodes do not fill 4 classes with two each"),
        ({"num_nodes": 20, "homophily": 1.0}, "asks for more neighbours than there are"),
    ],
)
def test_what_cannot_be_drawn(given, message):
    with pytest.raises(ValueError, match=message):
        contextual_block_model(**given)
