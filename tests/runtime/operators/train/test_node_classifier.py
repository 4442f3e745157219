from dataclasses import replace

import pyarrow as pa
import pytest
import torch

from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model
from heldout.runtime.operators.data.splits.node_split import node_split
from heldout.runtime.operators.evaluate.node_classification import node_classification
from heldout.runtime.operators.train.node_classifier import node_classifier


@pytest.fixture(scope="module")
def graphs():
    return [contextual_block_model(num_nodes=160, separation=4, sample=name) for name in ("source", "other")]


@pytest.mark.parametrize("network", ["gcn", "sage", "gat", "gin"])
def test_it_learns_what_another_graph_of_the_population_shows(network, graphs):
    trained = node_classifier(graphs[0], network=network, steps=100)
    before, after = (
        node_classification(model, graphs[1]).table.scalar("accuracy")
        for model in (trained.initial, trained.model)
    )
    assert before < 0.5 and after > 0.8  # of four classes of equal size
    assert list(trained.curve.rows["step"].to_pylist()) == [0, 20, 40, 60, 80, 99]
    losses = trained.curve.rows["value"].to_pylist()
    assert losses[-1] < losses[0]


def test_the_first_step_is_adams(graphs):
    source = graphs[0]
    trained = node_classifier(source, steps=1, learning_rate=0.01, weight_decay=0.0)
    moved = trained.model.weights["head.bias"] - trained.initial.weights["head.bias"]
    # Adam's first step is the learning rate against the gradient's sign.
    torch.testing.assert_close(moved.abs(), torch.full((4,), 0.01), rtol=1e-3, atol=0.0)


def test_the_step_is_chosen_on_the_validation_graph(graphs):
    source, other = graphs
    chosen = node_classifier(source, other, steps=40)
    accuracies = [
        node_classification(node_classifier(source, steps=steps).model, other).table.scalar("accuracy")
        for steps in range(1, 41)
    ]
    found = node_classification(chosen.model, other).table.scalar("accuracy")
    assert found == max(accuracies) > accuracies[0]
    first = node_classifier(source, steps=1 + accuracies.index(max(accuracies)))
    assert torch.equal(chosen.model.weights["head.bias"], first.model.weights["head.bias"])


def test_labels_that_a_part_does_not_know_are_not_learnt(graphs):
    train = node_split(graphs[0], edges="shared").train
    label = train.rows["label"].to_numpy(zero_copy_only=False)
    known = train.labelled
    swapped = label.copy()
    swapped[[i for i in range(len(train)) if i not in set(known.tolist())]] = 3
    mask = [i not in set(known.tolist()) for i in range(len(train))]
    column = pa.array(swapped.astype(int), pa.int64(), mask=pa.array(mask).to_numpy(zero_copy_only=False))
    other = replace(train, rows=train.rows.set_column(1, "label", column))
    one, two = (node_classifier(graph, steps=3).model.weights["head.weight"] for graph in (train, other))
    assert torch.equal(one, two)


def test_the_seed_draws_the_weights(graphs):
    weights = [node_classifier(graphs[0], steps=1, seed=seed).initial.weights for seed in (0, 0, 1)]
    assert torch.equal(weights[0]["head.weight"], weights[1]["head.weight"])
    assert not torch.equal(weights[0]["head.weight"], weights[2]["head.weight"])


def test_no_labels(graphs):
    rows = graphs[0].rows.set_column(1, "label", pa.array([None] * 160, pa.int64()))
    with pytest.raises(ValueError, match="no node of this graph has a label"):
        node_classifier(replace(graphs[0], rows=rows))


def test_a_loss_that_is_no_number(graphs):
    broken = replace(graphs[0], x=graphs[0].x * float("nan"))
    with pytest.raises(ValueError, match="the loss is nan at step 0"):
        node_classifier(broken)
