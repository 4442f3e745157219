import numpy as np
import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.columns import number_column
from heldout.runtime.models.regressor import restore_regressor
from heldout.runtime.operators.data.tables.diabetes_progression import diabetes_progression
from heldout.runtime.operators.train.linear_regression import linear_regression


def tiny(tmp_path, hub):
    return {"data": diabetes_progression()}


def predicted(model, x):
    with torch.no_grad():
        return restore_regressor(model).eval()(x).double().numpy()


def test_least_squares_by_the_normal_equations():
    data = diabetes_progression()
    x = np.c_[np.ones(442), data.x.double().numpy()]
    labels = data.labels.numpy()
    weights = np.linalg.solve(x.T @ x, x.T @ labels)
    np.testing.assert_allclose(predicted(linear_regression(data), data.x)[:, 0], x @ weights, rtol=1e-4)


def test_a_penalty_on_the_weights_and_none_on_the_intercept():
    data = diabetes_progression()
    x, labels = data.x.double().numpy(), data.labels.numpy()
    x = x - x.mean(0)
    weights = np.linalg.solve(x.T @ x + 50 * np.eye(10), x.T @ (labels - labels.mean()))
    found = predicted(linear_regression(data, penalty=50.0), data.x)[:, 0]
    np.testing.assert_allclose(found, labels.mean() + x @ weights, rtol=1e-4)


def test_two_outputs_on_inputs_of_any_shape():
    x = torch.randn(20, 2, 3, generator=torch.Generator().manual_seed(0))
    truth = np.stack([x.flatten(1).sum(1).numpy() + 1, -2 * x[:, 0, 0].numpy()], axis=1)
    rows = pa.table({"id": [str(n) for n in range(20)], "label": number_column(truth)})
    np.testing.assert_allclose(predicted(linear_regression(Dataset(rows, {"x": x})), x), truth, atol=1e-5)


@pytest.mark.parametrize(
    ("labels", "message"),
    [(pa.array([0, 1]), "regression needs numbers, and these name classes"),
     (pa.array([0.5, float("inf")]), "lacks numbers, or holds some that are not finite")],
)  # fmt: skip
def test_labels_that_are_no_numbers_are_refused(labels, message):
    data = Dataset(pa.table({"id": ["a", "b"], "label": labels}), {"x": torch.zeros(2, 1)})
    with pytest.raises(ValueError, match=message):
        linear_regression(data)


def test_hidden_labels_are_refused():
    with pytest.raises(ValueError, match="no numbers `label` that the operator may see"):
        linear_regression(diabetes_progression().without_labels())


def test_no_examples_are_refused():
    with pytest.raises(ValueError, match="no examples to train on"):
        linear_regression(diabetes_progression().take([]))
