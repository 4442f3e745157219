from heldout.runtime.artifacts import Scalar
from heldout.runtime.operators.measure.generalization_gap import generalization_gap


def test_what_is_lost_from_seen_to_unseen():
    assert generalization_gap(Scalar(0.75), Scalar(0.5)).scalar("gap") == 0.25
    assert generalization_gap(Scalar(0.5), Scalar(0.75)).scalar("gap") == -0.25
