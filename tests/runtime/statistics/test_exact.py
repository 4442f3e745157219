import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics.exact import binomial, is_right_or_wrong, mcnemar


def test_mcnemar_by_hand():
    # Five of six discordant examples: (6 + 1) / 64 of all tosses are as extreme.
    found = mcnemar(np.array([1, 1, 1, 1, 1, -1, 0, 0, 0]))
    assert (found.p_greater, found.p_less) == pytest.approx((7 / 64, 63 / 64))
    assert found.smallest_p == 2.0**-9  # all nine might have been discordant


def test_mcnemar_of_no_discordant_example_says_nothing():
    assert mcnemar(np.zeros(9))[:3] == (1, 1, 2.0**-9)


def test_binomial_against_scipy():
    values = np.array([1] * 17 + [0] * 3)
    tested, ends = binomial(values, 0.6)
    assert tested.p_greater == pytest.approx(stats.binomtest(17, 20, 0.6, "greater").pvalue)
    assert tested.p_less == pytest.approx(stats.binomtest(17, 20, 0.6, "less").pvalue)
    assert ends(0.025) == pytest.approx(tuple(stats.binomtest(17, 20).proportion_ci(0.95)))
    assert tested.smallest_p == pytest.approx(0.4**20)


def test_all_right_is_bounded_on_one_side():
    _, ends = binomial(np.ones(10), 0.5)
    assert ends(0.05) == pytest.approx((0.05 ** (1 / 10), 1.0))


def test_shares_are_neither_right_nor_wrong():
    assert is_right_or_wrong(np.array([0.0, 1.0]))
    assert not is_right_or_wrong(np.array([0.0, 0.5]))
