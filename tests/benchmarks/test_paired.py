"""The median of paired ratios, and how far it is known."""

import pytest
from scipy.stats import binom

from benchmarks.paired import paired_ratio, sign_test_cut


@pytest.mark.parametrize("count", [6, 9, 10, 12, 20, 41])
def test_the_interval_misses_the_median_with_at_most_five_per_cent(count):
    cut = sign_test_cut(count)
    # It is missed where at most `cut` of the ratios are on one side of it; one more would be too many.
    assert 2 * binom.cdf(cut, count, 0.5) <= 0.05 < 2 * binom.cdf(cut + 1, count, 0.5)


def test_few_pairs_leave_out_none():
    assert [sign_test_cut(count) for count in (1, 2, 5)] == [0, 0, 0]


def test_twelve_pairs_leave_out_two_at_either_end():
    # P(at most 2 of 12 on one side) = (1 + 12 + 66) / 4096, twice that is 0.039; with 3 it is 0.146.
    assert sign_test_cut(12) == 2


def test_the_ratio_is_taken_pair_by_pair():
    # Both sides are three times slower in the last two pairs; the ratios are 1.1, 1.0, 1.2.
    found = paired_ratio([1.1, 3.0, 3.6], [1.0, 3.0, 3.0], "ratio")
    assert found == pytest.approx({"ratio": 1.1, "ratio_low": 1.0, "ratio_high": 1.2})
