import math

import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Graph
from heldout.runtime.graphs.classifier import build_node_classifier, node_classifier_model
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model
from heldout.runtime.operators.evaluate.node_classification import node_classification


def tiny(tmp_path, hub):
    return {
        "model": node_classifier_model(build_node_classifier("gcn", 32, 4, seed=0)),
        "graph": contextual_block_model(num_nodes=16, degree=3),
    }


@pytest.fixture
def by_hand():
    """A GIN of depth 1 whose head is swapped for one that says class 1 of every node, and a graph."""
    module = build_node_classifier({"gin": {"depth": 1}}, 2, 2, seed=0)
    with torch.no_grad():
        module.head.weight.zero_()
        module.head.bias.copy_(torch.tensor([0.0, math.log(3.0)]))
    rows = {"id": ["a", "b", "c", "d"], "label": pa.array([1, 0, None, 1], pa.int64()), "domain": ["x"] * 4}
    edges = torch.tensor([[0, 1], [1, 0]])
    return node_classifier_model(module), Graph(pa.table(rows), torch.ones(4, 2), edges, ("no", "yes"))


def test_three_labelled_nodes_by_hand(by_hand):
    table, predictions = node_classification(*by_hand)
    # Probabilities 1/4 and 3/4 everywhere; two of three labels are class 1.
    assert table.scalar("accuracy") == pytest.approx(2 / 3)
    assert table.scalar("error") == pytest.approx(1 / 3)
    assert table.scalar("nll") == pytest.approx(-(2 * math.log(3 / 4) + math.log(1 / 4)) / 3)
    assert table.scalar("calibration_error") == pytest.approx(3 / 4 - 2 / 3)
    assert predictions.rows["id"].to_pylist() == ["a", "b", "d"]
    assert predictions.labels.tolist() == [1, 0, 1]
    assert predictions.domains.tolist() == ["x"] * 3


def test_no_labels(by_hand):
    model, graph = by_hand
    with pytest.raises(ValueError, match="no labels that the operator may see"):
        node_classification(model, graph.without_labels())
