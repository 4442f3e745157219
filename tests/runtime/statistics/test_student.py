import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics.student import t_test


def test_three_clusters_by_hand():
    # Cluster means 1, 2, 3: t = 2 / (1 / sqrt(3)) = 3.4641, and with 2 degrees of freedom
    # P(T > t) = 1/2 - t / (2 sqrt(2 + t^2)).
    values, unit = np.array([0.0, 2.0, 2.0, 2.0, 2.0, 4.0]), np.array([0, 0, 1, 1, 2, 2])
    t = 2 * np.sqrt(3)
    test = t_test(values, unit)
    assert test.p_greater == pytest.approx(0.5 - t / (2 * np.sqrt(2 + t**2)), abs=1e-12)
    assert test.p_less == pytest.approx(1 - test.p_greater, abs=1e-12)
    assert test.smallest_p == 0.0


def test_pairs_on_their_own_have_scipys_paired_test():
    rng = np.random.default_rng(0)
    first, second = rng.normal(0.5, 1, 12), rng.normal(size=12)
    expected = stats.ttest_rel(first, second, alternative="greater").pvalue
    assert t_test(first - second, np.arange(12)).p_greater == pytest.approx(expected, rel=1e-12)


def test_means_without_variance_leave_no_doubt():
    assert t_test(np.array([0.1, 0.1, 0.1]), np.arange(3))[:2] == (0.0, 1.0)
    assert t_test(np.array([0.0, 0.0]), np.arange(2))[:2] == (1.0, 1.0)


def test_one_unit_says_nothing():
    assert t_test(np.array([1.0, 2.0]), np.array([0, 0]))[:3] == (1.0, 1.0, 1.0)


def test_only_of_a_mean():
    with pytest.raises(ValueError, match="is of a mean, not of the median"):
        t_test(np.array([1.0, 2.0]), np.arange(2), "median")
