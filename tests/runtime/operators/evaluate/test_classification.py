import numpy as np
import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.evaluate.classification import classification


def identity_model():
    """A linear classifier whose logits are its two inputs."""
    weights = {"head.weight": torch.eye(2), "head.bias": torch.zeros(2)}
    return Model(weights, {"network": "linear", "shape": [2], "num_classes": 2})


def test_by_hand():
    x = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]])
    rows = pa.table({"id": ["a", "b", "c"], "label": [0, 1, 1], "domain": ["p", "p", "q"]})
    scored = classification(identity_model(), Dataset(rows, {"x": x}, ("no", "yes")))
    assert scored.table.scalar("accuracy") == 2 / 3
    assert scored.table.scalar("worst_group_accuracy") == 0.0
    assert scored.table.scalar("mean_group_accuracy") == 0.5
    # -log softmax of the label: log(1 + e^-2), log(1 + e^-1) and log(1 + e^3).
    expected = np.log1p(np.exp([-2.0, -1.0, 3.0])).mean()
    assert scored.table.scalar("nll") == pytest.approx(expected)
    assert scored.predictions.logits.tolist() == x.tolist()
    assert scored.predictions.rows.column_names == ["id", "label", "domain", "logits"]


def test_dropout_is_off_and_batches_do_not_matter(model, data):
    whole = classification(model, data).predictions.logits
    parts = classification(model, data, batch_size=7).predictions.logits
    np.testing.assert_allclose(whole, parts, atol=1e-6)


def test_inputs_of_another_shape_are_refused(model, data):
    wrong = Dataset(data.rows, {"x": data.x.repeat(1, 2, 1, 1)}, data.classes)
    with pytest.raises(ValueError, match=r"takes inputs of shape \[1, 8, 8\], the data have \[2, 8, 8\]"):
        classification(model, wrong)


def test_hidden_labels_are_refused(model, data):
    with pytest.raises(ValueError, match="no labels that the operator may see"):
        classification(model, data.without_labels())


def test_no_examples_are_refused(model, data):
    with pytest.raises(ValueError, match="no examples to evaluate on"):
        classification(model, data.take([]))


def test_a_model_that_blew_up_is_refused(data):
    broken = build_classifier("linear", (1, 8, 8), 10, seed=0)
    with torch.no_grad():
        broken.head.bias[3] = float("inf")
    with pytest.raises(ValueError, match=f"logits of {len(data)} examples are not finite"):
        classification(classifier_model(broken), data)
