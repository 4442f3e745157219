import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Predictions
from heldout.runtime.operators.measure.average_scores import average_scores


def scores(**by_id):
    return Predictions(pa.table({"id": list(by_id), "score": list(by_id.values())}))


def tiny(tmp_path, hub):
    return {"scores": [scores(x=0.5), scores(x=0.25)]}


def test_every_example_has_the_mean_of_its_own_scores():
    rows = average_scores([scores(x=0.0, y=1.0), scores(y=0.5, x=0.5)]).rows
    assert rows.to_pydict() == {"id": ["x", "y"], "score": [0.25, 0.75]}


def test_scores_of_other_examples_are_refused():
    with pytest.raises(ValueError, match="not of the same examples"):
        average_scores([scores(x=0.0), scores(y=0.0)])
    with pytest.raises(ValueError, match="have columns"):
        average_scores([Predictions(pa.table({"id": ["x"]}))])
