import math

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import accuracy_score, log_loss

from heldout.runtime.artifacts import Predictions, logits_column
from heldout.runtime.scoring.scores import accuracy, expected_calibration_error, nll, scores


def predictions(logits, labels, domains=None):
    logits = np.asarray(logits, dtype=np.float32)
    columns = {"id": [f"r{i}" for i in range(len(labels))], "label": pa.array(labels, pa.int64())}
    if domains is not None:
        columns["domain"] = domains
    return Predictions(pa.table(columns | {"logits": logits_column(logits)}))


def random_case(seed=0):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 4, 200)
    logits = generator.normal(size=(200, 4)).astype(np.float32)
    logits[np.arange(200), labels] += 1
    return logits, labels


def binary(confidence, correct):
    """One example of two classes: the first is predicted with this probability."""
    return [math.log(confidence / (1 - confidence)), 0.0], 0 if correct else 1


def test_agrees_with_scikit_learn():
    logits, labels = random_case()
    probabilities = np.exp(logits.astype(np.float64))
    probabilities /= probabilities.sum(1, keepdims=True)
    assert accuracy(logits, labels) == accuracy_score(labels, logits.argmax(1))
    assert nll(logits, labels) == pytest.approx(log_loss(labels, probabilities), rel=1e-12)


def test_likelihood_by_hand_and_far_out():
    # -log of the probability of the label: 1/2, and 3/4 from odds of 3 to 1.
    assert nll(np.array([[0.0, 0.0]]), np.array([1])) == pytest.approx(math.log(2))
    assert nll(np.array([[math.log(3), 0.0]]), np.array([0])) == pytest.approx(math.log(4 / 3))
    # No overflow: e^1000 is no float, but the loss is 1000 nats.
    assert nll(np.array([[1000.0, 0.0]]), np.array([1])) == pytest.approx(1000.0)


def test_calibration_error_by_hand():
    # 15 bins: 0.95 lies in (14/15, 1], 0.70 in (10/15, 11/15].
    examples = [binary(0.95, True)] * 3 + [binary(0.95, False)] + [binary(0.7, True), binary(0.7, False)]
    logits, labels = (np.array(part) for part in zip(*examples, strict=True))
    # 4/6 * |3/4 - 0.95| + 2/6 * |1/2 - 0.70|
    assert expected_calibration_error(logits, labels) == pytest.approx(4 / 6 * 0.2 + 2 / 6 * 0.2)


def test_over_and_under_confidence_do_not_cancel_across_bins():
    examples = [binary(0.9, False), binary(0.6, True)]
    logits, labels = (np.array(part) for part in zip(*examples, strict=True))
    assert expected_calibration_error(logits, labels) == pytest.approx((0.9 + 0.4) / 2)
    # In one bin they do: |(0 + 1) - (0.9 + 0.6)| / 2.
    assert expected_calibration_error(logits, labels, bins=1) == pytest.approx(0.25)


def test_calibration_error_agrees_with_a_loop_over_the_bins():
    logits, labels = random_case()
    probabilities = np.exp(logits.astype(np.float64))
    confidence = (probabilities / probabilities.sum(1, keepdims=True)).max(1)
    correct = logits.argmax(1) == labels
    expected = 0.0
    for m in range(15):
        inside = (confidence > m / 15) & (confidence <= (m + 1) / 15)
        if inside.any():
            expected += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    assert expected_calibration_error(logits, labels) == pytest.approx(expected, rel=1e-12)


def test_certainty_lies_in_the_last_bin():
    assert expected_calibration_error(np.array([[1000.0, 0.0]]), np.array([0])) == 0.0


def test_groups_weigh_the_same_in_their_mean():
    # Domain a: 3 of 4 right; domain b: 0 of 1.
    labels = [0, 0, 0, 1, 1]
    found = scores(predictions([[1.0, 0.0]] * 5, labels, ["a", "a", "a", "a", "b"]))
    assert found["accuracy"] == 3 / 5
    assert found["worst_group_accuracy"] == 0.0
    assert found["mean_group_accuracy"] == (3 / 4 + 0) / 2


def test_without_domains_there_is_one_group():
    found = scores(predictions([[1.0, 0.0], [1.0, 0.0]], [0, 1]))
    assert found["accuracy"] == found["worst_group_accuracy"] == found["mean_group_accuracy"] == 0.5


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.empty((0, 2)), [], "no examples to evaluate on"),
        ([[float("nan"), 0.0], [0.0, 1.0]], [0, 1], "logits of 1 examples are not finite"),
        ([[0.0, 1.0]], [2], "labels are 2 to 2, but the model has 2 classes"),
    ],
)
def test_what_cannot_be_scored_is_refused(logits, labels, message):
    with pytest.raises(ValueError, match=message):
        scores(predictions(logits, labels))
