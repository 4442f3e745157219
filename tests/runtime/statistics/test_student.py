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


def test_equal_means_are_no_surer_than_their_signs():
    # One of 240 images better, in each of three seeds: all signs are plus in one of 2^3 patterns.
    found = t_test(np.full(3, 1 / 240), np.arange(3))
    assert found[:3] == (2**-3, 1.0, 2**-3)
    assert found.method == (
        "Student's t test over 3 means has no variance where all are equal; signs flipped in all 8 patterns"
    )
    # 0.1 + 0.2 is 0.30000000000000004.
    assert t_test(np.array([0.3, 0.3, 0.1 + 0.2]), np.arange(3))[:2] == (2**-3, 1.0)
    assert t_test(np.zeros(4), np.arange(4))[:2] == (1.0, 1.0)


@pytest.mark.parametrize("num_units", [1, 2])
def test_fewer_than_three_units_say_nothing(num_units):
    found = t_test(np.array([1.0, 2.0]), np.arange(2) % num_units)
    assert found[:3] == (1.0, 1.0, 1.0)
    assert found.method == f"Student's t test says nothing of fewer than 3 units, and has {num_units}"


def test_its_level_holds_for_counts_of_examples():
    # A lattice of steps of 1, 0 in most cases: under the null no side is found more often than at 0.05.
    rng = np.random.default_rng(0)
    draws = rng.integers(-1, 2, size=(2_000, 3)).astype(float)
    found = [t_test(one, np.arange(3)).p_greater for one in draws]
    assert min(found) > 0
    assert np.mean(np.array(found) <= 0.05) <= 0.05


def test_only_of_a_mean():
    with pytest.raises(ValueError, match="is of a mean, not of the median"):
        t_test(np.array([1.0, 2.0]), np.arange(2), "median")
