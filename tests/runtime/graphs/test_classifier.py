import pytest
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.graphs.classifier import (
    build_node_classifier,
    node_classifier_model,
    restore_node_classifier,
)
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model


@pytest.fixture(scope="module")
def graph():
    return contextual_block_model(num_nodes=20, num_features=5, degree=3)


@pytest.mark.parametrize("network", ["gcn", "sage", "gat", {"gin": {"width": 8}}])
def test_a_classifier_comes_back_as_it_was(network, graph, tmp_path):
    module = build_node_classifier(network, 5, 4, seed=3)
    node_classifier_model(module).save(tmp_path)
    restored = restore_node_classifier(Model.load(tmp_path))
    assert torch.equal(restored.on(graph).logits, module.on(graph).logits)
    assert restored.on(graph).logits.shape == (20, 4)


def test_equal_seeds_give_equal_weights_whatever_was_drawn_before():
    weights = []
    for before, seed in ((1, 0), (2, 0), (2, 1)):
        torch.manual_seed(before)
        weights.append(
            torch.cat([w.flatten() for w in build_node_classifier("gcn", 5, 4, seed).parameters()])
        )
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[1], weights[2])


def test_the_artifact_is_a_copy():
    module = build_node_classifier("gcn", 5, 4, seed=0)
    model = node_classifier_model(module)
    with torch.no_grad():
        module.head.bias += 1
    assert model.weights["head.bias"].tolist() == [0.0] * 4


def test_what_does_not_fit(graph):
    with pytest.raises(ValueError, match="takes 6 features a node, the graph has 5"):
        build_node_classifier("gcn", 6, 4, seed=0).on(graph)
    with pytest.raises(ValueError, match="its config names no graph_network"):
        restore_node_classifier(Model({}, {"network": "mlp"}))
    model = node_classifier_model(build_node_classifier("gcn", 5, 4, seed=0))
    with pytest.raises(ValueError, match="the weights do not fit 'sage'"):
        restore_node_classifier(Model(model.weights, {**model.config, "graph_network": "sage"}))
