import math

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Predictions, logits_column
from heldout.runtime.operators.measure.average_thresholded_confidence import average_thresholded_confidence


def sure(confidences, labels=None):
    """Two classes; class 0 has these probabilities."""
    logits = np.log(np.array([[p, 1 - p] for p in confidences]))
    columns = {"id": [str(row) for row in range(len(logits))]}
    columns |= {"label": labels} if labels is not None else {}
    return Predictions(pa.table(columns | {"logits": logits_column(logits)}))


SOURCE = sure([0.95, 0.85, 0.75, 0.65], labels=[0, 0, 0, 1])  # one of four is wrong


@pytest.mark.parametrize("score", ["confidence", "entropy"])
def test_the_threshold_lets_through_as_many_as_are_right(score):
    target = sure([0.99, 0.8, 0.7, 0.6, 0.55])
    found = average_thresholded_confidence(SOURCE, target, score=score)
    # Below the second-least sure example of the source, 0.75, lie three of the target's five.
    assert found.scalar("estimated_error") == pytest.approx(3 / 5)
    entropy = 0.75 * math.log(0.75) + 0.25 * math.log(0.25)
    assert found.scalar("threshold") == pytest.approx(0.75 if score == "confidence" else entropy)


def test_on_its_own_source_the_estimate_is_the_error():
    assert average_thresholded_confidence(SOURCE, SOURCE.without_labels()).scalar("estimated_error") == 1 / 4


def test_a_source_that_is_all_wrong_lets_nothing_through():
    wrong = sure([0.9, 0.8], labels=[1, 1])
    assert average_thresholded_confidence(wrong, sure([0.9, 0.6])).scalar("estimated_error") == 1.0


def test_no_examples():
    empty = Predictions(SOURCE.rows.slice(0, 0))
    with pytest.raises(ValueError, match="no examples to estimate on"):
        average_thresholded_confidence(SOURCE, empty)
