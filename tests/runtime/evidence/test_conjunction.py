import pytest

from heldout.runtime.evidence.conjunction import conjunction
from heldout.runtime.evidence.outcome import Outcome


def part(p_claimed, p_opposite, holds=True, **more):
    return Outcome(
        0.05, "…", "…", 0.1, 0.0, holds, p_claimed=p_claimed, p_opposite=p_opposite, num_units=6, **more
    )


def joined(*parts, **lost):
    return conjunction(parts, ["compare"] * len(parts), lost)


def test_the_p_value_is_the_largest_and_against_it_the_smallest_times_their_number():
    found = joined(part(0.01, 0.99), part(0.04, 0.96), part(0.9, 0.1, holds=False))
    assert not found.holds
    assert (found.p_claimed, found.p_opposite) == (0.9, pytest.approx(3 * 0.1))
    assert found.finding == (
        "2 of 3 tests point the way of the claim; the least certain is test 3 of 3 (compare)."
    )
    assert (found.effect, found.interval, found.num_units) == (None, None, 6)


def test_only_what_lies_on_the_other_side_speaks_against_it():
    # The centre of the first lies on the claimed side, however small its p-value against it is.
    found = joined(part(0.5, 0.001), part(0.97, 0.03, holds=False))
    assert found.p_opposite == pytest.approx(2 * 0.03)
    assert joined(part(0.01, 0.99), part(0.02, 0.98)).p_opposite == 1.0


def test_the_smallest_p_is_that_of_the_test_that_reaches_least_far():
    assert joined(part(0.02, 1.0, smallest_p=1 / 64), part(0.2, 0.8, smallest_p=1 / 8)).smallest_p == 1 / 8


def test_without_one_of_its_tests_the_whole_is_not_tested():
    lost = Outcome(0.05, "…", "…", untested="3 of 6 observations are missing", oracle=True)
    found = conjunction([part(0.01, 0.99), lost], ["compare", "threshold"], {"failed": 3})
    assert found.untested == "test 2 of 2 (threshold): 3 of 6 observations are missing"
    assert (found.p_claimed, found.p_opposite, found.oracle, found.lost) == (1.0, 1.0, True, {"failed": 3})
