import pytest

from heldout.runtime.statistics.partial_conjunction import how_many_hold, partial_conjunction

P = [0.001, 0.2, 0.02, 0.03]


def test_the_so_manieth_smallest_times_those_that_may_fail_and_one():
    found = [partial_conjunction(P, at_least) for at_least in (1, 2, 3, 4)]
    assert found == pytest.approx([4 * 0.001, 3 * 0.02, 2 * 0.03, 0.2])


@pytest.mark.parametrize(
    ("level", "at_least", "low"), [(0.05, 1, 1), (0.06, 1, 3), (0.06, 4, 3), (0.2, 1, 4)]
)
def test_how_many_hold_goes_up_while_the_tests_reject(level, at_least, low):
    assert how_many_hold(P, level, at_least) == low


def test_it_agrees_with_the_test_that_was_asked_for_where_others_do_not():
    # One of three is not shown (3 * 0.03 = 0.09), and all of three are (0.04).
    p = [0.03, 0.035, 0.04]
    assert [how_many_hold(p, 0.05, at_least) for at_least in (1, 2, 3)] == [0, 0, 3]


@pytest.mark.parametrize("at_least", [0, 5])
def test_there_are_not_so_many(at_least):
    with pytest.raises(ValueError, match="of 4 hypotheses"):
        partial_conjunction(P, at_least)
