import math

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Predictions, logits_column
from heldout.runtime.operators.measure.average_confidence import average_confidence


def predictions(probabilities, labels=None):
    logits = np.log(np.array(probabilities))
    columns = {"id": [str(row) for row in range(len(logits))]}
    columns |= {"label": labels} if labels is not None else {}
    return Predictions(pa.table(columns | {"logits": logits_column(logits)}))


def test_two_examples_by_hand():
    found = average_confidence(predictions([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]]))
    assert found.scalar("estimated_error") == pytest.approx(1 - (0.5 + 0.8) / 2)
    first = 0.5 * math.log(2) + 0.5 * math.log(4)
    second = 0.2 * math.log(10) - 0.8 * math.log(0.8)
    assert found.scalar("entropy") == pytest.approx((first + second) / 2)


def test_labels_are_not_needed():
    labelled = predictions([[0.5, 0.5], [0.25, 0.75]], labels=[0, 1])
    assert average_confidence(labelled.without_labels()).rows.equals(average_confidence(labelled).rows)


def test_what_cannot_be_estimated():
    with pytest.raises(ValueError, match="no examples to estimate on"):
        average_confidence(Predictions(predictions([[0.5, 0.5]]).rows.slice(0, 0)))
    broken = Predictions(pa.table({"id": ["a"], "logits": logits_column(np.array([[0.0, np.nan]]))}))
    with pytest.raises(ValueError, match="the logits of 1 examples are not finite"):
        average_confidence(broken)
