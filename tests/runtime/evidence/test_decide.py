"""What equals a margin on paper is a tie, in every kind of claim that has one."""

import numpy as np
import pytest

from tests.fixtures.claims import as_written

# b has one example of twenty more right than a, in all eight units.
TWENTIETHS = np.array([[14 / 20, 15 / 20]] * 8)
LEVELS = {"unit": list(range(8)), "method": ["a", "b"]}


def undecided(found):
    assert (found.p_claimed, found.p_opposite) == (1.0, 1.0)
    assert not found.holds
    return found.finding


@pytest.mark.parametrize("test", ["sign-flip", "t"])
def test_a_difference_that_equals_the_margin_is_a_tie(results_of, metric, test):
    results = results_of(LEVELS, TWENTIETHS)
    shared = {"metric": metric, "axis": "method", "margin": 0.05, "pair": ["unit"], "test": test}
    more = undecided(as_written("compare")(results, greater="b", less="a", **shared))
    assert more.endswith("0 of 8 paired differences lie above 0.05, 8 are tied.")
    same = as_written("equivalent")(results, level="b", reference="a", **shared)
    assert "0 of 8 paired differences lie within 0.05 of zero" in undecided(same)
    undecided(as_written("order")(results, levels=["a", "b"], **shared))


def test_a_value_that_equals_the_threshold_is_a_tie(results_of, metric):
    results = results_of({"unit": list(range(8))}, [0.1 + 0.2] * 8)  # 0.30000000000000004
    undecided(as_written("threshold")(results, metric=metric, above=0.3, pair=["unit"]))
    undecided(as_written("at-chance")(results, metric=metric, chance=0.2, margin=0.1, pair=["unit"]))


def test_sums_in_another_order_are_no_difference(results_of, metric):
    # (0.1 + 0.2 + 0.3) / 3 and (0.3 + 0.2 + 0.1) / 3 differ in the last digit.
    values = np.array([[[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]]] * 6)
    results = results_of({"unit": list(range(6)), "method": ["a", "b"], "fold": [0, 1, 2]}, values)
    shared = {"metric": metric, "axis": "method", "pair": ["unit"]}
    undecided(as_written("compare")(results, greater="a", less="b", **shared))
    undecided(as_written("compare")(results, greater="b", less="a", **shared))


def test_a_difference_of_differences_and_a_slope_that_equal_their_margin_are_ties(results_of, metric):
    gains = np.array([[[0.1, 0.3], [0.1, 0.2]]] * 6)  # 0.3 - 0.1 less 0.2 - 0.1
    levels = {"unit": list(range(6)), "place": ["here", "there"], "method": ["a", "b"]}
    found = as_written("interaction")(
        results_of(levels, gains),
        metric=metric,
        axis="method",
        greater="b",
        less="a",
        by="place",
        larger="here",
        smaller="there",
        margin=0.1,
        pair=["unit"],
    )
    undecided(found)
    slopes = np.array([[0.7, 0.7, 0.7]] * 6)  # the least-squares slope of equal numbers need not be zero
    results = results_of({"unit": list(range(6)), "dose": [0.1, 0.2, 0.4]}, slopes)
    undecided(as_written("trend")(results, metric=metric, axis="dose", direction="increasing", pair=["unit"]))


def test_a_cluster_whose_mean_equals_the_margin_is_a_tie(results_of, metric):
    values = np.array([[[0.5, 0.5], [0.54, 0.56]]] * 6)
    results = results_of({"domain": list(range(6)), "method": ["a", "b"], "seed": [0, 1]}, values)
    shared = {"axis": "method", "greater": "b", "less": "a", "pair": ["domain", "seed"], "margin": 0.05}
    for test in ("sign-flip", "t"):
        undecided(as_written("compare")(results, metric=metric, cluster="domain", test=test, **shared))


def test_an_interval_without_width_says_what_it_is(results_of, metric):
    found = as_written("compare")(
        results_of(LEVELS, TWENTIETHS),
        metric=metric,
        axis="method",
        greater="b",
        less="a",
        pair=["unit"],
        test="t",
    )
    assert found.p_claimed == 2**-8
    assert "(interval of no width: all 8 units are equal)" in found.finding
    assert "It has no width since all units are equal" in found.method
