import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Predictions, logits_column
from heldout.runtime.operators.evaluate.classification import classification
from heldout.runtime.operators.evaluate.per_domain import per_domain


def test_scores_of_domains_are_those_of_the_domain_alone(model, data):
    scored = classification(model, data)
    table = per_domain(scored.predictions).rows.to_pylist()
    assert [row["group"] for row in table[::3]] == ["0", "30", "60"]
    for row in table:
        alone = classification(model, data.take(np.flatnonzero(data.domains == row["group"])))
        assert row["value"] == pytest.approx(alone.table.scalar(row["metric"]), rel=1e-6)
    lowest = min(row["value"] for row in table if row["metric"] == "accuracy")
    assert scored.table.scalar("worst_group_accuracy") == lowest


def test_without_domains_there_is_one_without_a_name():
    rows = {"id": ["a", "b"], "label": [0, 1], "logits": logits_column(np.array([[1.0, 0.0]] * 2))}
    table = per_domain(Predictions(pa.table(rows))).rows
    assert set(table["group"].to_pylist()) == {""}
    assert table.to_pylist()[0] == {"metric": "accuracy", "value": 0.5, "group": ""}


def test_no_examples_are_refused(model, data):
    rows = classification(model, data).predictions.rows
    with pytest.raises(ValueError, match="no examples to evaluate on"):
        per_domain(Predictions(rows.slice(0, 0)))
