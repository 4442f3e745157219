import math
from dataclasses import replace

import pyarrow as pa
import pytest
import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.artifacts import Graph, Model
from heldout.runtime.graphs.classifier import restore_node_classifier
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model
from heldout.runtime.operators.data.graphs.shift_graph import shift_graph
from heldout.runtime.operators.measure.lebed import Links, lebed, links_of, reconstruction_loss
from heldout.runtime.operators.train.node_classifier import node_classifier


def tiny(tmp_path, hub):
    graph = contextual_block_model(num_nodes=24, degree=3)
    trained = node_classifier(graph, steps=2)
    return {"model": trained.model, "initial": trained.initial, "graph": graph, "steps": 3}


@pytest.fixture(scope="module")
def trained():
    return node_classifier(contextual_block_model(num_nodes=120), steps=60)


@pytest.fixture(scope="module")
def unseen():
    return contextual_block_model(num_nodes=120, sample="unseen").without_labels()


def length(one, other):
    return math.sqrt(sum((one[name] - other[name]).double().square().sum().item() for name in one))


def test_before_any_update_the_score_is_the_way_that_training_went(trained, unseen):
    # Of the initial weights the structure is as far off as it is; a wide margin stops at once.
    found = lebed(trained.model, trained.initial, unseen, at_least=0, margin=100.0)
    assert found.scalar("steps") == 0
    assert found.scalar("lebed") == pytest.approx(length(trained.model.weights, trained.initial.weights))


def test_a_network_that_is_its_own_start_agrees_with_itself(trained, unseen):
    found = lebed(trained.model, trained.model, unseen, at_least=0)
    assert found.scalar("lebed") == 0 and found.scalar("structure_gap") == 0
    assert found.scalar("agreement") == 1


def test_two_updates_by_hand(trained, unseen):
    found = lebed(trained.model, trained.initial, unseen, steps=2, learning_rate=0.01, weight_decay=0.0)
    deployed, learner = (restore_node_classifier(m) for m in (trained.model, trained.initial))
    pseudo = deployed.on(unseen).logits.argmax(1)
    optimizer = torch.optim.Adam(learner.parameters(), 0.01)
    for _ in range(2):
        optimizer.zero_grad()
        cross_entropy(learner(unseen.x, unseen.edge_index).logits, pseudo).backward()
        optimizer.step()
    assert found.scalar("lebed") == pytest.approx(
        length(learner.state_dict(), dict(trained.model.weights)), rel=1e-5
    )
    said = learner.on(unseen).logits
    assert found.scalar("prediction_gap") == pytest.approx(cross_entropy(said, pseudo).item(), rel=1e-5)
    assert found.scalar("agreement") == (said.argmax(1) == pseudo).double().mean().item()


def test_training_stops_where_the_structure_is_reconstructed_alike(trained, unseen):
    found = lebed(trained.model, trained.initial, unseen, margin=0.02)
    steps = int(found.scalar("steps"))
    assert 5 <= steps < 200 and found.scalar("structure_gap") < 0.02
    earlier = lebed(trained.model, trained.initial, unseen, margin=0.02, steps=steps - 1)
    assert earlier.scalar("structure_gap") >= 0.02 or steps == 5
    assert lebed(trained.model, trained.initial, unseen, margin=0.02, at_least=50).scalar("steps") >= 50


def test_a_shift_that_takes_the_network_farther_scores_higher(trained):
    graph = contextual_block_model(num_nodes=120, sample="unseen")
    weak, strong = (
        lebed(trained.model, trained.initial, shift_graph(graph, shift="mean-shift", strength=s)).scalar(
            "lebed"
        )
        for s in (0.0, 0.75)
    )
    assert strong > weak


def test_the_reconstruction_loss_by_hand():
    embeddings = torch.tensor([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0]])  # cosines 1 (0, 1) and 0 (0, 2)
    links = Links(torch.tensor([[0, 0], [1, 2]]), torch.tensor([1.0, 0.0]))
    expected = (math.log(1 + math.exp(-1)) + math.log(2)) / 2
    assert reconstruction_loss(embeddings, links).item() == pytest.approx(expected)


def test_links_are_all_edges_and_as_many_pairs_without_one(unseen):
    links = links_of(unseen, seed=0)
    edges = set(map(tuple, unseen.edge_index.T.tolist()))
    joined = links.joined == 1
    assert set(map(tuple, links.ends[:, joined].T.tolist())) == edges
    apart = list(map(tuple, links.ends[:, ~joined].T.tolist()))
    assert len(apart) == len(edges) and not set(apart) & edges
    assert all(a != b for a, b in apart)
    assert not torch.equal(links.ends, links_of(unseen, seed=1).ends)


def test_a_graph_in_which_all_are_joined_has_no_pairs_without_an_edge():
    ends = torch.tensor([[0, 1], [1, 0]])
    links = links_of(Graph(pa.table({"id": ["a", "b"]}), torch.ones(2, 1), ends), seed=0)
    assert links.joined.tolist() == [1.0, 1.0]


def test_what_cannot_be_scored(trained, unseen):
    with pytest.raises(ValueError, match="no edges to reconstruct"):
        lebed(
            trained.model, trained.initial, replace(unseen, edge_index=torch.empty((2, 0), dtype=torch.int64))
        )
    other = node_classifier(contextual_block_model(num_nodes=24, degree=3), network="sage", steps=1).initial
    with pytest.raises(ValueError, match=r"the initial weights are of .*sage"):
        lebed(trained.model, other, unseen)
    with pytest.raises(ValueError, match="names no graph_network"):
        lebed(Model({}, {}), trained.initial, unseen)
    with pytest.raises(ValueError, match="takes 32 features a node, the graph has 1"):
        lebed(trained.model, trained.initial, replace(unseen, x=unseen.x[:, :1]))
