from heldout.runtime.artifacts import Predictions
from heldout.runtime.operators.evaluate.classification import classification
from heldout.runtime.operators.evaluate.predictions import predictions


def test_kept_predictions_give_the_same_table(model, data, tmp_path):
    scored = classification(model, data)
    scored.predictions.save(tmp_path)
    assert predictions(Predictions.load(tmp_path)).rows.equals(scored.table.rows)
