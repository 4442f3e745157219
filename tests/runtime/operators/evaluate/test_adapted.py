import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Predictions
from heldout.runtime.operators.adapt.online import online
from heldout.runtime.operators.evaluate.adapted import adapted
from heldout.runtime.operators.evaluate.classification import classification


def tiny(tmp_path, hub):
    from heldout.runtime.models.classifier import build_classifier, classifier_model
    from heldout.runtime.operators.data.images.rotated_digits import rotated_digits

    data = rotated_digits(angles=[0, 30]).take(range(0, 1797, 30))
    model = classifier_model(build_classifier("linear", (1, 8, 8), 10, seed=0))
    return {"predictions": online(model, data.without_labels()).predictions, "data": data}


def test_labels_are_joined_by_id_whatever_the_order(model, data):
    predictions = online(model, data.without_labels(), shuffle=3).predictions
    scored = adapted(predictions, data)
    known = classification(model, data)
    for metric in known.table.rows["metric"].to_pylist():
        assert scored.table.scalar(metric) == pytest.approx(known.table.scalar(metric), rel=1e-5)
    assert scored.predictions.rows["id"].equals(predictions.rows["id"])
    label = dict(zip(data.rows["id"].to_pylist(), data.labels.tolist(), strict=True))
    assert [label[name] for name in predictions.rows["id"].to_pylist()] == scored.predictions.labels.tolist()


def test_predictions_that_are_not_of_the_data_are_refused(model, data):
    predictions = online(model, data.without_labels()).predictions
    some = data.take(np.arange(len(data) - 2))
    with pytest.raises(ValueError, match=f"2 predicted examples are not in the data, {data.rows['id'][-2]}"):
        adapted(predictions, some)
    with pytest.raises(ValueError, match="2 examples of the data were not predicted"):
        adapted(Predictions(predictions.rows.slice(0, len(data) - 2)), data)
    twice = Predictions(pa.concat_tables([predictions.rows, predictions.rows.slice(0, 1)]))
    with pytest.raises(ValueError, match="1 examples were predicted more than once"):
        adapted(twice, data)
