from itertools import product

import numpy as np
import pytest
from scipy.stats import binomtest, permutation_test

from heldout.runtime.statistics.sign_flip import DRAWS, sign_flip, sign_flip_ends


def every(count):
    return np.arange(count)


def test_three_differences_by_hand():
    # Means of (±1 ±2 ±4) / 3: the observed (1 + 2 - 4) / 3 is the 4th largest from below; its 8
    # patterns sum to -7 -5 -3 -1 1 3 5 7, and 5 of them are at least -1, 4 at most -1.
    test = sign_flip(np.array([1.0, 2.0, -4.0]), every(3))
    assert (test.p_greater, test.p_less, test.smallest_p) == (5 / 8, 4 / 8, 1 / 8)
    assert test.method == "signs flipped in all 8 patterns"


def test_all_positive_gives_the_smallest_p():
    test = sign_flip(np.array([0.1, 0.2, 0.1, 0.3, 0.2]), every(5))
    assert test.p_greater == test.smallest_p == 2**-5
    assert test.p_less == 1.0


@pytest.mark.parametrize("statistic", ["mean", "median", "iqm"])
def test_against_a_loop_over_all_patterns(statistic):
    values = np.random.default_rng(3).normal(0.3, 1, size=9)
    centres = {
        "mean": np.mean,
        "median": np.median,
        "iqm": lambda v: np.mean(np.sort(v)[len(v) // 4 : len(v) - len(v) // 4]),
    }
    null = [centres[statistic](values * signs) for signs in product([1, -1], repeat=9)]
    at_least = sum(one >= centres[statistic](values) - 1e-12 for one in null)
    assert sign_flip(values, every(9), statistic).p_greater == at_least / 2**9


def test_clusters_flip_whole():
    # Six observations in three clusters with means 2, 3 and -1: sums -6 -4 0 2 | -2 0 4 6.
    # The observed 2 + 3 - 1 = 4 is reached by 4 and 6: 2 of 8.
    values = np.array([1.0, 3.0, 3.0, 3.0, -2.0, 0.0])
    test = sign_flip(values, np.array([0, 0, 1, 1, 2, 2]))
    assert test.p_greater == 2 / 8
    assert test.smallest_p == 1 / 8


def test_equal_differences_tie_in_spite_of_rounding():
    # With equal sizes the test is the sign test: P(at least 9 of 10 up) under a fair coin.
    values = np.array([0.1] * 9 + [-0.1])
    expected = binomtest(9, 10, alternative="greater").pvalue
    assert sign_flip(values, every(10)).p_greater == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("value", "greater", "less"), [(0.2, 0.5, 1.0), (-0.2, 1.0, 0.5), (0.0, 1.0, 1.0)])
def test_one_unit_has_two_patterns(value, greater, less):
    test = sign_flip(np.array([value]), every(1))
    assert (test.p_greater, test.p_less, test.smallest_p) == (greater, less, 0.5)


def test_many_units_are_drawn_and_repeat():
    values = np.random.default_rng(0).normal(0.3, 1, size=40)
    test = sign_flip(values, every(40))
    independent = permutation_test(
        (values,), np.mean, permutation_type="samples", alternative="greater", n_resamples=20_000, rng=1
    )
    assert test.method == f"signs flipped in {DRAWS} random patterns"
    # Both draw: 4 standard errors of the difference of two proportions near p.
    error = 4 * np.sqrt(independent.pvalue * (1 / 20_000 + 1 / DRAWS))
    assert test.p_greater == pytest.approx(independent.pvalue, abs=error)
    assert sign_flip(values, every(40)) == test


def test_drawn_p_is_never_zero():
    test = sign_flip(np.ones(30), every(30))
    assert test.p_greater == test.smallest_p == 1 / (DRAWS + 1)


def test_level_is_kept_for_clusters_that_differ():
    # No effect on average, but methods suit clusters differently: flipping every pair on its own
    # would call far more than 5 % of these significant, flipping whole clusters does not.
    rng = np.random.default_rng(0)
    unit = np.repeat(np.arange(8), 5)
    by_cluster = by_pair = 0
    for _ in range(200):
        values = rng.normal(size=8)[unit] + 0.3 * rng.normal(size=40)
        by_cluster += sign_flip(values, unit).p_greater <= 0.05
        pairs = values.mean() / (np.sqrt(np.square(values).sum()) / 40)  # its normal approximation
        by_pair += pairs > 1.645
    assert by_cluster <= 200 * 0.05 + 3 * np.sqrt(200 * 0.05 * 0.95)
    assert by_pair > 200 * 0.15


@pytest.mark.parametrize("units", [1, 5, 20])
def test_at_a_level_of_one_only_the_ends_of_the_subset_means_are_left(units):
    low, high = sign_flip_ends(np.arange(units, dtype=float), every(units))(1.0)
    assert low >= high
