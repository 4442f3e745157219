import numpy as np
import pytest

from heldout.runtime.evidence.side_by_side import side_by_side

ENVIRONMENTS = ["a", "b", "c"]


def test_the_other_metric_repeats_along_an_axis_that_it_lacks(rehearsal, named):
    truth = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])  # environment x seed
    results = rehearsal(
        truth=({"environment": ENVIRONMENTS, "seed": [0, 1]}, truth),
        score=({"environment": ENVIRONMENTS}, [7.0, 8.0, 9.0]),
    )
    both = side_by_side(results, named("truth"), named("score"), "environment", ["seed"], {}, True)
    assert both.y.tolist() == truth.T.tolist()
    assert both.x.tolist() == [[7, 8, 9], [7, 8, 9]]
    averaged = side_by_side(results, named("truth"), named("score"), "environment", [], {}, True)
    assert averaged.y.tolist() == [[1.5, 3.5, 5.5]]
    assert averaged.x.tolist() == [[7, 8, 9]]
    one = side_by_side(results, named("truth"), named("score"), "environment", [], {"seed": 1}, True)
    assert one.y.tolist() == [[2, 4, 6]]


def test_a_level_without_a_value_is_left_out_everywhere(rehearsal, named):
    truth = np.array([[1.0, 2.0], [3.0, np.nan], [5.0, 6.0]])
    results = rehearsal(truth=({"environment": ENVIRONMENTS, "seed": [0, 1]}, truth))
    both = side_by_side(results, named("truth"), None, "environment", ["seed"], {}, True)
    assert both.missing == ("environment b",)
    assert both.y.tolist() == [[1, 5], [2, 6]]
    assert both.cannot_test("block") == "1 of 3 levels lack a value (environment b)"
    assert both.cannot_test("drop") == ""


def test_levels_are_numbers_or_ranks(rehearsal, named):
    results = rehearsal(loss=({"size": [10, 100, 1000]}, [3.0, 2.0, 1.0]))
    assert side_by_side(results, named("loss"), None, "size", [], {}, False).x.tolist() == [[10, 100, 1000]]
    assert side_by_side(results, named("loss"), None, "size", [], {}, True).x.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("values", "words"),
    [([1.0, 1.0, 1.0], "the same at all levels"), ([np.nan, np.nan, 1.0], "needs two levels, and 1")],
)
def test_what_cannot_correlate(rehearsal, named, values, words):
    both = side_by_side(
        rehearsal(loss=({"size": [1, 2, 3]}, values)), named("loss"), None, "size", [], {}, True
    )
    assert words in both.cannot_test("drop")


def test_two_metrics_over_the_steps_of_their_curves(rehearsal, named):
    along = {"along": ["step"]}
    results = rehearsal(
        loss=({"seed": [0, 1]}, [[3.0, 2.0, 1.0], [6.0, 5.0, 4.0]]), norm=({}, [7.0, 8.0, 9.0])
    )
    both = side_by_side(
        results, named("loss") | along, named("norm") | along, "step", ["seed"], {"step": [1, 3]}, True
    )
    assert both.y.tolist() == [[3, 1], [6, 4]]
    assert both.x.tolist() == [[7, 9], [7, 9]]
