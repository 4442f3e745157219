import pytest
import torch

from heldout.runtime.artifacts import Table, Trajectory
from heldout.runtime.operators.select.step import step

CONFIG = {"network": "linear", "shape": [2], "num_classes": 3}
ALONG = Trajectory((10, 20, 30), {"w": torch.tensor([[1.0], [2.0], [3.0]])}, CONFIG)


def tiny(tmp_path, hub):
    return {"trajectory": ALONG, "scores": scores([0.5, 0.75, 0.25])}


def scores(values, **more):
    return Table.columns(
        metric=["accuracy"] * len(values), value=values, step=[10, 20, 30][: len(values)], **more
    )


def test_the_step_with_the_best_score_and_the_first_of_equal_ones():
    found = step(ALONG, scores([0.5, 0.75, 0.75]))
    assert found.model.weights["w"].tolist() == [2.0] and found.model.config == CONFIG
    assert (found.choice.scalar("step"), found.choice.scalar("criterion")) == (20, 0.75)
    assert step(ALONG, scores([0.5, 0.75, 0.25]), direction="min").choice.scalar("step") == 30


def test_scores_of_a_domain_and_scores_that_are_none_are_passed_over():
    table = scores([0.9, float("nan"), 0.5], group=["0", None, None])
    assert step(ALONG, table).choice.scalar("step") == 30


def test_no_score_is_refused():
    with pytest.raises(ValueError, match="none of the 3 steps has a score in 'nll'"):
        step(ALONG, scores([0.5]), metric="nll")
