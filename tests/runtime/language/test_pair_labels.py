import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset, Predictions
from heldout.runtime.language.pair_labels import scores_of

DATA = Dataset(pa.table({"id": ["x", "y"]}))


def test_scores_are_found_by_id_whatever_their_order():
    scores = Predictions(pa.table({"id": ["y", "z", "x"], "score": [0.2, 0.3, 0.1]}))
    assert scores_of(DATA, scores) == [0.1, 0.2]


def test_a_pair_without_a_score_is_refused():
    with pytest.raises(ValueError, match="1 of 2 pairs have no score, y among them"):
        scores_of(DATA, Predictions(pa.table({"id": ["x"], "score": [0.1]})))
    with pytest.raises(ValueError, match="have a column `score`"):
        scores_of(DATA, Predictions(pa.table({"id": ["x"], "label": [1]})))
