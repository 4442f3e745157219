import math

import pytest

from heldout.runtime.artifacts import Scalar
from heldout.runtime.operators.measure.compute import compute

A, B = ["input", 0], ["input", 1]


def tiny(tmp_path, hub):
    return {"inputs": scalars(0.8, 0.6), "formulas": {"value": ["-", 1, ["/", B, A]]}}


def scalars(*numbers):
    return [None if one is None else Scalar(one) for one in numbers]


def values(formulas, inputs=None, members=None):
    table = compute(inputs, members, formulas=formulas)
    return {metric: table.scalar(metric) for metric in formulas}


def test_a_relative_drop_by_hand():
    # 1 - 0.6 / 0.8 = 0.25
    assert values({"value": ["-", 1, ["/", B, A]]}, scalars(0.8, 0.6))["value"] == pytest.approx(0.25)


def test_several_metrics_of_the_same_inputs():
    found = values({"lost": ["-", A, B], "ratio": ["/", B, A]}, scalars(0.8, 0.2))
    assert found == {"lost": pytest.approx(0.6), "ratio": pytest.approx(0.25)}


def test_lists_by_hand():
    # a is 1, 2, 6 and b is 1, 1, 2: mean 3, median 2, sum 9, variance ((-2)^2 + (-1)^2 + 3^2) / 2 = 7
    members = scalars(1, 1, 2, 1, 6, 2)
    formulas = {"mean": 3, "median": 2, "sum": 9, "std": math.sqrt(7), "count": 3, "min": 1, "max": 6}
    found = values({name: [name, A] for name in formulas} | {"of_b": ["sum", B]}, members=members)
    assert found == {name: pytest.approx(value) for name, value in (formulas | {"of_b": 4}).items()}
    # Within a list what is computed is computed at every member: (1 + 2 + 3) / 3, and |-2| + |-1| + |3|.
    assert values({"value": ["mean", ["/", A, B]]}, members=members)["value"] == 2
    spread = ["sum", ["abs", ["-", A, ["mean", A]]]]
    assert values({"value": spread, "of_b": ["count", B]}, members=members)["value"] == 6
    # Outside, an input is one that all members have alike.
    same = scalars(1, 5, 3, 5)
    assert values({"value": ["-", ["mean", A], B]}, members=same)["value"] == -3


def test_a_member_that_lacks_an_input_is_left_out_whole():
    members = scalars(1, 10, 2, None, None, 30, 4, 40)
    assert values({"n": ["count", A], "a": ["sum", A], "b": ["sum", B]}, members=members) == {
        "n": 2, "a": 5, "b": 50,
    }  # fmt: skip
    with pytest.raises(ValueError, match="none of 2 gathered cells has all 2 numbers"):
        values({"value": ["mean", ["-", A, B]]}, members=scalars(1, None, None, 2))


@pytest.mark.parametrize(
    ("tree", "numbers"),
    [
        (["/", 1, A], (0.0,)),
        (["log", A], (-1.0,)),
        (["exp", A], (1000.0,)),
        (["+", A, 1], (math.nan,)),
        (["max", A, B], (1.0, math.nan)),
        (["/", 1, A], (math.inf,)),
    ],
)
def test_what_has_no_value_is_not_finite_and_no_failure(tree, numbers):
    assert math.isnan(values({"value": tree}, scalars(*numbers))["value"])


def test_the_spread_of_one_member_is_not_finite():
    assert math.isnan(values({"value": ["std", A]}, members=scalars(3))["value"])
    assert math.isnan(values({"value": ["sum", A]}, members=scalars(1e308, 1e308))["value"])


def test_a_formula_without_inputs():
    assert values({"value": 0.5}) == {"value": 0.5}


@pytest.mark.parametrize(
    "tree",
    ["1 - a", None, True, [], ["input"], ["input", -1], ["input", True], ["root", A], ["/", A], ["-"],
     ["mean", A, B], [["-"], A], ["abs", math.nan], ["__import__", A]],
)  # fmt: skip
def test_what_is_no_formula_is_refused(tree):
    with pytest.raises(ValueError, match="is no formula"):
        values({"value": tree}, scalars(1, 2))


def test_numbers_that_no_formula_reads_are_refused():
    with pytest.raises(ValueError, match="read 1 numbers, and 2 are given"):
        values({"value": A}, scalars(1, 2))
    with pytest.raises(ValueError, match="read 2 numbers, and 3 are given"):
        values({"value": ["mean", B]}, members=scalars(1, 2, 3))
    with pytest.raises(ValueError, match="read 2 numbers, and 0 are given"):
        values({"value": ["mean", B]}, members=[])


def test_numbers_of_axes_go_after_the_inputs_of_their_cell():
    weighted = {"value": ["/", ["sum", ["*", A, B]], ["sum", B]]}
    # (0.5 * 1 + 1.0 * 3) / (1 + 3); the cell that failed takes its weight with it
    table = compute(None, scalars(0.5, None, 1.0), formulas=weighted, levels=[[1], [100], [3]])
    assert table.scalar("value") == 0.875
    assert compute(formulas={"value": ["sum", A]}, levels=[[1], [3]]).scalar("value") == 4
    with pytest.raises(ValueError, match="read 2 numbers"):
        compute(None, scalars(1, 2), formulas=weighted, levels=[[1], [2, 3]])
