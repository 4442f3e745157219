import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.operators.measure.mean_between import mean_between

CURVE = Table.columns(
    metric=["fit"] * 5 + ["collapse"] * 5 + ["cosine"] * 4,
    value=[0.5, 1.0, 0.9, 1.0, 1.0, 0.0, 0.0, 0.0, 0.1, 0.4, 0.1, 0.6, 0.7, 0.2],
    step=[0, 1, 10, 100, 1000, 0, 1, 10, 100, 1000, 0, 1, 10, 100],
)


def tiny(tmp_path, hub):
    return {"curve": CURVE, "metric": "cosine", "since": {"fit": 1.0}}


def scalars(table):
    return {row["metric"]: row["value"] for row in table.rows.to_pylist()}


def test_from_fit_to_collapse_by_hand():
    found = mean_between(CURVE, metric="cosine", since={"fit": 1.0}, until={"collapse": 0.1})
    assert scalars(found) == pytest.approx({"mean": (0.6 + 0.7) / 2, "since": 1, "until": 10})


def test_without_an_end_it_goes_on_to_the_last_value():
    found = mean_between(CURVE, metric="cosine", since={"fit": 1.0}, until={"collapse": 0.5})
    assert scalars(found) == pytest.approx({"mean": (0.6 + 0.7 + 0.2) / 3, "since": 1, "until": 100})


def test_all_levels_begin_it():
    found = mean_between(CURVE, metric="cosine", since={"fit": 1.0, "collapse": 0.1})
    assert scalars(found) == pytest.approx({"mean": 0.2, "since": 100, "until": 100})


def test_groups_are_left_out():
    both = Table.columns(metric=["fit"] * 2, value=[1.0, 3.0], step=[0, 0], group=[None, "a"])
    assert scalars(mean_between(both, metric="fit", since={}))["mean"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metric": "cosine", "since": {"fit": 1.1}}, "the curve ends before fit is 1.1"),
        ({"metric": "sine", "since": {"fit": 1.0}}, r"no metric 'sine' \(it has collapse, cosine, fit\)"),
        ({"metric": "cosine", "since": {"collapse": 0.4}}, "no value from step 1000"),
    ],
)
def test_what_cannot_be_read(arguments, message):
    with pytest.raises(ValueError, match=message):
        mean_between(CURVE, **arguments)


def test_a_table_without_steps_is_no_curve():
    with pytest.raises(ValueError, match="its values have no step"):
        mean_between(Table.of({"fit": 1.0}), metric="fit", since={})
