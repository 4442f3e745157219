import numpy as np
import pytest

from heldout.runtime.evidence.along_axis import first_passages, followed, highest_points

PLACES = np.array([1.0, 2.0, 4.0, 8.0])
ALL = np.ones(4, dtype=bool)


@pytest.mark.parametrize(
    ("curve", "place", "inside"),
    [
        ([0, 3, 1, 2], 2, True),
        ([0, 3, 3, 2], 3, True),  # in the middle of 2 and 4
        ([0, 1, 2, 3], 8, False),
        ([3, 2, 1, 0], 1, False),
        ([0, 3, 1, 3], 8, False),  # as high at an end
        ([3, 1, 1, 3], 4.5, False),  # at both
        ([0, 0.1 + 0.2, 0.3, 0], 3, True),  # equal but for rounding
    ],
)
def test_where_a_curve_is_highest(curve, place, inside):
    found = highest_points(np.array(curve, dtype=float), ALL, PLACES)
    assert (float(found.places), bool(found.inside)) == (place, inside)


def test_levels_need_no_order():
    found = highest_points(np.array([1.0, 0.0, 3.0]), np.ones(3, dtype=bool), np.array([8.0, 1.0, 2.0]))
    assert (float(found.places), bool(found.inside)) == (2, True)


@pytest.mark.parametrize(
    ("curve", "rising", "place", "inside"),
    [
        ([0, 0.5, 0.2, 0.9], True, 2, True),  # though it falls back
        ([0, 0.1, 0.2, 0.3], True, 8, False),
        ([0.9, 0.9, 0.9, 0.9], True, 1, True),
        ([0.9, 0.7, 0.4, 0.6], False, 4, True),
    ],
)
def test_where_a_curve_first_passes(curve, rising, place, inside):
    found = first_passages(np.array(curve), ALL, PLACES, 0.5, rising)
    assert (float(found.places), bool(found.inside)) == (place, inside)


def test_a_value_that_is_missing_and_one_that_is_none_of_the_curves():
    curves = np.array([[0.0, np.nan, 1.0, 0.0], [0.0, 2.0, 1.0, np.nan], [np.nan] * 4])
    exists = np.array([[True] * 4, [True, True, True, False], [False] * 4])
    for found in (highest_points(curves, exists, PLACES), first_passages(curves, exists, PLACES, 1, True)):
        assert np.isnan(found.places).tolist() == [True, False, True]
        assert found.inside[1] and found.places[1] == 2


def test_two_that_are_not_seen_to_do_it_are_tied():
    rising, peaked = [0.0, 1.0, 2.0, 3.0], [0.0, 3.0, 2.0, 1.0]
    found = highest_points(
        np.array([[peaked, rising], [rising, rising]]), np.ones((2, 2, 4), dtype=bool), PLACES
    )
    assert found.later(1, 0).tolist() == [6.0, 0.0]
    assert found.unseen(["a", "b"]) == "1 of 2 curves of a and 2 of 2 curves of b"


def test_sides_are_followed_as_far_as_both_have_levels():
    exists = np.array([[True, True, True, False], [False, True, True, True]])
    values = np.where(exists, [[0.0, 0, 0, 0], [0, 0, 0, 1]], np.nan)
    there = followed(values, exists, PLACES)
    assert there.tolist() == [[False, True, True, False]] * 2
    # The first ends at 4 and the second passes at 8: which of them is sooner is not known.
    cut = first_passages(values, there, PLACES, 1, True)
    assert cut.later(1, 0) == 0 and not cut.inside.any()
    assert first_passages(values, exists, PLACES, 1, True).later(1, 0) == 4


def test_what_is_missing_beyond_the_other_side_stays_missing():
    exists = np.array([[True, True, True, False], [True] * 4])
    values = np.where(exists, [[0.0, 0, 0, 0], [0, 0, 0, np.nan]], np.nan)
    assert followed(values, exists, PLACES).tolist() == exists.tolist()


def test_which_differences_may_be_farther():
    never, first, inside = [0.0] * 4, [1.0] * 4, [0.0, 0, 1, 1]
    pairs = [[inside, inside], [inside, never], [never, inside], [never, never], [first, inside]]
    found = first_passages(np.array(pairs), np.ones((5, 2, 4), dtype=bool), PLACES, 1, True)
    assert found.later(1, 0).tolist() == [0, 4, -4, 0, 3]
    assert found.farther(1, 0, 2.0).tolist() == [False, True, False, True, True]
    assert found.farther(1, 0, -2.0).tolist() == [False, False, True, True, False]
    assert not found.farther(1, 0, 0.0).any()
