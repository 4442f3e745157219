import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.operators.measure.mean_curve import mean_curve


def curve(values, steps=(10, 20), **more):
    return Table.columns(metric=["accuracy"] * len(values), value=values, step=steps, **more)


def tiny(tmp_path, hub):
    return {"curves": [curve([0.5, 0.75])]}


def test_the_mean_at_each_step_by_hand():
    found = mean_curve([curve([0.5, 0.75]), curve([0.25, 0.25])]).rows.to_pylist()
    assert [(r["metric"], r["step"], r["value"]) for r in found] == [("mean", 10, 0.375), ("mean", 20, 0.5)]


def test_groups_and_other_metrics_are_passed_over():
    one = Table.columns(
        metric=["accuracy", "accuracy", "nll"],
        value=[0.5, 0.9, 2.0],
        step=[10, 10, 10],
        group=[None, "a", None],
    )
    assert mean_curve([one, one]).rows["value"].to_pylist() == [0.5]


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ([curve([0.5, 0.75]), None], "1 of 2 curves are missing"),
        ([], "no curves of 'accuracy'"),
        ([Table.of({"nll": 1.0})], "no curves of 'accuracy'"),
        ([curve([0.5, 0.75]), curve([0.5, 0.75], (10, 30))], "at step 20, and others do not"),
    ],
)
def test_what_has_no_mean_is_refused(curves, message):
    with pytest.raises(ValueError, match=message):
        mean_curve(curves)
