"""What a model costs, held against counts by hand."""

import pyarrow as pa
import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.graphs.classifier import build_node_classifier, node_classifier_model
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.models.encoder_decoder import build_encoder_decoder, encoder_decoder_model
from heldout.runtime.models.language_model import build_language_model, language_model_artifact
from heldout.runtime.operators.measure.cost import cost, forward_flops

CLASSES, VOCABULARY, LENGTH = 3, 11, 5


def data(**tensors):
    (some,) = tensors.values()
    return Dataset(pa.table({"id": [str(row) for row in range(len(some))]}), tensors)


def counted(model, inputs=None, part=None):
    rows = cost(model, inputs, part).rows
    return dict(zip(rows["metric"].to_pylist(), rows["value"].to_pylist(), strict=True))


@pytest.fixture(scope="module")
def mlp():
    return classifier_model(build_classifier({"mlp": {"width": 8, "depth": 2}}, (4,), CLASSES, seed=0))


def test_a_perceptron_by_hand(mlp):
    # 4 -> 8 -> 8 -> 3: weights and biases; two operations for each weight.
    parameters = (4 * 8 + 8) + (8 * 8 + 8) + (8 * 3 + 3)
    found = counted(mlp, data(x=torch.zeros(7, 4)))
    assert found == {
        "parameters": parameters,
        "trainable": parameters,
        "bytes": 4 * parameters,  # float32
        "flops": 2 * (4 * 8 + 8 * 8 + 8 * 3),  # of one example, however many there are
    }


def test_a_convolutional_network_by_hand():
    network = {"conv": {"width": 2, "norm": "batch"}}
    model = classifier_model(build_classifier(network, (1, 6, 6), CLASSES, seed=0))
    # 3x3 kernels to 6x6 places, then with stride 2 to 3x3 places, twice more there; the head.
    places = 36 * (1 * 2) + 9 * (2 * 4) + 9 * (4 * 4) + 9 * (4 * 4)
    found = counted(model, data(x=torch.zeros(2, 1, 6, 6)))
    assert found["flops"] == 2 * (9 * places + 4 * CLASSES)
    kernels = 9 * (1 * 2 + 2 * 4 + 4 * 4 + 4 * 4) + (2 + 4 + 4 + 4)
    norms = 2 * (2 + 4 + 4 + 4)  # scale and shift; means and variances are no parameters
    assert found["parameters"] == kernels + norms + (4 * CLASSES + CLASSES)
    assert (
        found["bytes"] == 4 * found["parameters"] + 4 * norms + 4 * 8
    )  # means, variances; four int64 counts


def test_a_language_model_by_hand():
    network, width = {"decoder": {"width": 8, "depth": 1, "heads": 2}}, 8
    module = build_language_model(network, VOCABULARY, seed=0)
    model = language_model_artifact(module, network, VOCABULARY)
    tokens = torch.ones(3, LENGTH, dtype=torch.int64)
    # A token: four matrices of the attention, two of four times their size, and the head.
    token = 2 * (4 * width**2 + 2 * 4 * width**2 + width * VOCABULARY)
    attention = 2 * 2 * LENGTH**2 * width
    assert counted(model, data(tokens=tokens))["flops"] == LENGTH * token + attention


class Attending(nn.Module):
    def forward(self, x):
        return scaled_dot_product_attention(x, x, x, is_causal=True)


def test_attention_counts_whichever_kernel_would_compute_it():
    heads, width = 2, 4
    assert (
        forward_flops(Attending(), torch.zeros(1, heads, LENGTH, width)) == 2 * 2 * heads * LENGTH**2 * width
    )


def test_of_a_part_that_alone_was_trained_its_numbers_are_the_trainable_ones(mlp):
    adapter = Model({"down": torch.zeros(2, 4), "up": torch.zeros(8, 2, dtype=torch.float16)}, {})
    found = counted(mlp, part=adapter)
    assert found["trainable"] == 2 * 4 + 8 * 2
    assert found["bytes"] == 4 * found["parameters"] + 4 * 2 * 4 + 2 * 8 * 2
    assert "flops" not in found


def test_an_encoder_decoder_has_its_shared_embedding_once():
    width, depth = 8, 1
    module = build_encoder_decoder(["_", ".", "a"], width=width, depth=depth, heads=2, seed=0)
    model = encoder_decoder_model(module, {})
    attention, perceptron = 4 * width**2, 2 * width * 2 * width
    biases = 2 * 16 * 2  # of both sides, 16 buckets by two heads
    norms = width * ((2 + 1) + (3 + 1))  # before each part of either side, and at the end of it
    embedding = 3 * width  # of both sides, and the output's, which T5 ties
    found = counted(model)
    assert found["parameters"] == 3 * attention + 2 * perceptron + biases + norms + embedding


def test_what_is_not_counted(mlp):
    nodes = node_classifier_model(build_node_classifier("gcn", 4, CLASSES, seed=0))
    assert counted(nodes)["parameters"] > 0
    with pytest.raises(ValueError, match="operations of a NodeClassifier are not counted"):
        cost(nodes, data(x=torch.zeros(1, 4)))
    with pytest.raises(ValueError, match=r"takes inputs of shape \[4\], the data have \[5\]"):
        cost(mlp, data(x=torch.zeros(1, 5)))
    with pytest.raises(ValueError, match="no tensor 'x'"):
        cost(mlp, data(tokens=torch.zeros(1, 5)))
    with pytest.raises(ValueError, match="there are no examples"):
        cost(mlp, data(x=torch.zeros(0, 4)))
    with pytest.raises(ValueError, match="recurrent"):
        forward_flops(nn.GRU(4, 4), torch.zeros(1, 2, 4))
    with pytest.raises(ValueError, match="whose config names none"):
        cost(Model({}, {"policy": "x"}))
