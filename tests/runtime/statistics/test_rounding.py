import numpy as np
import pytest

from heldout.runtime.statistics.rounding import rounding, tied_ranks


def test_it_goes_by_the_largest_number():
    assert rounding(np.array([0.5, -2.0]), 1.0) == 2e-9
    assert rounding(np.array([np.nan, np.inf, 0.25])) == 0.25e-9
    assert rounding(np.array([])) == 0.0


def test_a_difference_of_counts_equals_its_margin():
    assert 15 / 20 - 14 / 20 != 0.05
    assert abs(15 / 20 - 14 / 20 - 0.05) <= rounding(np.array([15 / 20, 14 / 20]))


@pytest.mark.parametrize(
    ("values", "ranks"),
    [
        ([0.3, 0.1 + 0.2, 0.1, 0.5], [1, 1, 0, 2]),
        # Far apart, however small beside the largest.
        ([1e6, 2e6, 1e20, 2e6], [0, 1, 2, 1]),
        ([7.0], [0]),
    ],
)
def test_what_is_equal_but_for_rounding_shares_a_rank(values, ranks):
    assert tied_ranks(np.array([values])).tolist() == [ranks]
