import pytest
from scipy import stats

from heldout.runtime.statistics.sign_test import sign_test, sign_test_ends


def test_five_of_five_by_hand():
    found = sign_test(5, 0, 5)
    assert (found.p_greater, found.p_less, found.smallest_p) == (pytest.approx(1 / 32), 1.0, 1 / 32)
    assert found.method == "an exact binomial test of 5 of 5 units against a share of 0.5"


def test_another_share_and_ties():
    found = sign_test(3, 1, 6, 0.25)
    assert found.p_greater == pytest.approx(stats.binomtest(3, 6, 0.25, alternative="greater").pvalue)
    assert found.p_less == pytest.approx(stats.binomtest(4, 6, 0.25, alternative="less").pvalue)
    assert found.smallest_p == 0.25**6


@pytest.mark.parametrize("wins", [0, 2, 5])
def test_the_interval_is_that_of_clopper_and_pearson(wins):
    low, high = stats.binomtest(wins, 5).proportion_ci(0.9, method="exact")
    assert sign_test_ends(wins, 0, 5)(0.05) == pytest.approx((low, high))


def test_an_end_lies_where_the_test_begins_to_reject():
    low, _ = sign_test_ends(4, 0, 5)(0.05)
    assert sign_test(4, 0, 5, low).p_greater == pytest.approx(0.05)
