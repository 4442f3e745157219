import pyarrow as pa
import pytest
from scipy.stats import spearmanr

from heldout.runtime.artifacts import Dataset, Predictions
from heldout.runtime.operators.measure.spearman import spearman

LABELS = [0.0, 0.2, 0.2, 1.0]


def scored(scores, labels=LABELS):
    ids = [f"pair-{n}" for n in range(len(labels))]
    data = Dataset(pa.table({"id": ids, "label": labels}))
    return spearman(Predictions(pa.table({"id": ids, "score": scores})), data).scalar("spearman")


def tiny(tmp_path, hub):
    ids = ["x", "y"]
    data = Dataset(pa.table({"id": ids, "label": [0.0, 1.0]}))
    return {"scores": Predictions(pa.table({"id": ids, "score": [0.1, 0.2]})), "data": data}


def test_any_rising_function_of_the_label_puts_all_in_order():
    assert scored([-5.0, 0.01, 0.01, 0.02]) == pytest.approx(1.0)


def test_without_ties_it_is_spearmans_own_formula():
    # Ranks 1 2 3 against 1 3 2: 1 - 6 (0 + 1 + 1) / (3 (9 - 1)) = 0.5
    assert scored([0.1, 0.3, 0.2], [1.0, 2.0, 3.0]) == pytest.approx(0.5)


def test_ties_have_the_mean_of_their_ranks():
    scores = [0.4, 0.1, 0.4, 0.9]
    assert scored(scores) == pytest.approx(spearmanr(scores, LABELS).statistic)


def test_what_has_no_order_is_refused():
    with pytest.raises(ValueError, match="put nothing in order"):
        scored([0.5] * 4)
