import pyarrow as pa
import pytest
import torch
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from heldout.runtime.artifacts import Dataset, Estimates, Model
from heldout.runtime.artifacts.columns import number_column
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.data.tables.diabetes_progression import diabetes_progression
from heldout.runtime.operators.evaluate.regression import regression
from heldout.runtime.operators.train.linear_regression import linear_regression


def identity_model(outputs=1):
    """A model that predicts its inputs."""
    weights = {"head.weight": torch.eye(outputs), "head.bias": torch.zeros(outputs)}
    about = {"network": "linear", "shape": [outputs], "num_classes": outputs, "predicts": "numbers"}
    return Model(weights, about)


def tiny(tmp_path, hub):
    data = diabetes_progression()
    return {"model": linear_regression(data), "data": data}


def test_by_hand():
    x = torch.tensor([[1.0], [2.0], [5.0]])
    rows = pa.table({"id": ["a", "b", "c"], "label": [0.0, 2.0, 2.0], "domain": ["p", "p", "q"]})
    scored = regression(identity_model(), Dataset(rows, {"x": x}))
    assert {row["metric"]: row["value"] for row in scored.table.rows.to_pylist()} == pytest.approx(
        {
            "mse": 10 / 3,  # errors 1, 0 and 3
            "rmse": (10 / 3) ** 0.5,
            "mae": 4 / 3,
            "r2": 1 - 10 / (8 / 3),  # the labels' squared distance to their mean of 4/3
            "worst_group_rmse": 3.0,
            "worst_group_mae": 3.0,
        }
    )
    assert scored.estimates.rows.to_pydict() == {
        "id": ["a", "b", "c"],
        "domain": ["p", "p", "q"],
        "label": [0.0, 2.0, 2.0],
        "prediction": [1.0, 2.0, 5.0],
        "squared_error": [1.0, 0.0, 9.0],
        "absolute_error": [1.0, 0.0, 3.0],
    }


def test_agrees_with_scikit_learn_on_real_data():
    data = diabetes_progression()
    scored = regression(linear_regression(data), data, batch_size=100)
    truth, predicted = scored.estimates.labels[:, 0], scored.estimates.predicted[:, 0]
    assert scored.table.scalar("r2") == pytest.approx(r2_score(truth, predicted))
    assert scored.table.scalar("mae") == pytest.approx(mean_absolute_error(truth, predicted))
    assert scored.table.scalar("mse") == pytest.approx(mean_squared_error(truth, predicted))
    assert scored.table.scalar("worst_group_rmse") > scored.table.scalar("rmse")


def test_several_outputs_are_averaged_and_come_back_from_files(tmp_path):
    labels = torch.tensor([[0.0, 0.0], [2.0, 4.0]])
    rows = pa.table({"id": ["a", "b"], "label": number_column(labels.numpy())})
    data = Dataset(rows, {"x": labels + torch.tensor([[1.0, 3.0]])})
    data.save(tmp_path)
    scored = regression(identity_model(2), Dataset.load(tmp_path))
    assert scored.table.scalar("mse") == (1 + 9) / 2
    assert scored.table.scalar("mae") == 2.0
    assert scored.table.scalar("r2") == pytest.approx(((1 - 2 / 2) + (1 - 18 / 8)) / 2)
    assert scored.estimates.rows["squared_error"].to_pylist() == [5.0, 5.0]
    scored.estimates.save(tmp_path)
    again = Estimates.load(tmp_path)
    assert again.labels.tolist() == labels.tolist()
    assert again.predicted.tolist() == data.x.tolist()


def test_labels_that_are_all_equal_have_no_variance_to_explain():
    rows = pa.table({"id": ["a", "b"], "label": [1.0, 1.0]})
    table = regression(identity_model(), Dataset(rows, {"x": torch.ones(2, 1)})).table
    assert table.scalar("r2") != table.scalar("r2")  # NaN
    assert table.scalar("rmse") == 0.0


def test_estimates_without_labels_tell_nothing_of_them():
    data = diabetes_progression()
    hidden = regression(linear_regression(data), data).estimates.without_labels()
    assert hidden.rows.column_names == ["id", "domain", "prediction"]


def test_what_does_not_fit_is_refused():
    data = diabetes_progression()
    model = linear_regression(data)
    with pytest.raises(ValueError, match="predicts no numbers: train/regressor"):
        regression(classifier_model(build_classifier("linear", (10,), 1, seed=0)), data)
    with pytest.raises(ValueError, match=r"takes inputs of shape \[10\], the data have \[3\]"):
        regression(model, Dataset(data.rows, {"x": data.x[:, :3]}))
    with pytest.raises(ValueError, match="no examples"):
        regression(model, data.take([]))
    two = data.rows.drop_columns(["label"]).append_column("label", number_column(torch.zeros(442, 2).numpy()))
    with pytest.raises(ValueError, match="predicts 1 numbers, the data have 2"):
        regression(model, Dataset(two, data.tensors))
    broken = Model({**model.weights, "head.bias": torch.tensor([float("inf")])}, model.config)
    with pytest.raises(ValueError, match="predictions of 442 examples are not finite"):
        regression(broken, data)
