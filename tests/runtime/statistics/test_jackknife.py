import math
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics.association import correlations, fisher_test, permute_levels, scored
from heldout.runtime.statistics.jackknife import jackknife, jackknife_ends, jackknife_test

RNG = np.random.default_rng(0)


def test_the_error_is_that_of_the_estimates_without_each_level():
    x, y = RNG.normal(size=(3, 7)), RNG.normal(size=(3, 7))
    found = jackknife(x, y, "spearman")

    def z(kept):
        return math.atanh(
            np.mean([stats.spearmanr(a[kept], b[kept]).statistic for a, b in zip(x, y, strict=True)])
        )

    without = np.array([z([i for i in range(7) if i != left_out]) for left_out in range(7)])
    assert found.z == pytest.approx(z(list(range(7))))
    assert found.error == pytest.approx(np.sqrt(6 / 7 * np.square(without - without.mean()).sum()))
    tested = jackknife_test(found, 0.2)
    t = (found.z - math.atanh(0.2)) / found.error
    assert (tested.p_greater, tested.p_less) == pytest.approx((stats.t.sf(t, 6), stats.t.cdf(t, 6)))


def test_the_interval_leaves_out_what_the_test_rejects():
    found = jackknife(RNG.normal(size=(1, 9)), RNG.normal(size=(1, 9)), "pearson")
    low, high = jackknife_ends(found)(0.1)
    assert jackknife_test(found, low).p_greater == pytest.approx(0.1)
    assert jackknife_test(found, high).p_less == pytest.approx(0.1)


def test_nothing_is_said_of_three_levels_or_where_no_level_matters():
    assert jackknife(RNG.normal(size=(1, 3)), RNG.normal(size=(1, 3)), "pearson") is None
    same = np.arange(6.0)[None]
    assert jackknife(same, 2 * same, "spearman") is None
    assert jackknife_test(None, 0.0)[:3] == (1.0, 1.0, 1.0)
    assert jackknife_ends(None) is None


def dependent(rng, lists=5, levels=7):
    """Two sides that vary more at the same levels, without a correlation, and seeds about them."""
    x = rng.normal(size=levels)
    y = x * rng.normal(size=levels)
    return (one + 0.5 * rng.normal(size=(lists, levels)) for one in (x, y))


def test_levels_of_other_variance_are_no_correlation():
    # A permutation rejects independence, which is not what is claimed, and studentized it rejects little more
    # often than at 0.05; the jackknife keeps its level too. One side of it, 300 studies: 3 errors are 0.04.
    rng = np.random.default_rng(1)
    plain, studentized, left_out = [], [], []
    for _ in range(300):
        x, y = dependent(rng)
        sides = scored(x, "pearson"), scored(y, "pearson")
        plain.append(permute_levels(*sides, "mean").p_greater <= 0.05)
        studentized.append(permute_levels(*sides, "mean", studentized=True).p_greater <= 0.05)
        left_out.append(jackknife_test(jackknife(x, y, "pearson"), 0.0).p_greater <= 0.05)
    assert np.mean(plain) > 0.09
    assert np.mean(studentized) <= 0.09
    assert np.mean(left_out) <= 0.1


def test_seeds_of_correlated_levels_make_the_jackknife_surer_than_fisher():
    rng = np.random.default_rng(2)
    found, by_fisher = [], []
    for _ in range(300):
        shared = rng.normal(size=8)
        x, y = (shared + 0.7 * rng.normal(size=8) + rng.normal(size=(10, 8)) for _ in range(2))
        found.append(jackknife_test(jackknife(x, y, "spearman"), 0.0).p_greater <= 0.05)
        r = correlations(scored(x, "spearman"), scored(y, "spearman")).mean()
        by_fisher.append(fisher_test(r, 0.0, 8, "spearman").p_greater <= 0.05)
    assert np.mean(found) > 4 * np.mean(by_fisher)


def test_a_studentized_permutation_by_hand():
    # Products by level of x, centred and scaled, with each order of y, over the root of their squares' sum.
    x, y = np.array([[0.0, 1.0, 5.0, 2.0, 9.0]]), np.array([[1.0, 0.0, 4.0, 3.0, 7.0]])

    def t(order):
        w = (x[0] - x.mean()) * (y[0][list(order)] - y.mean())
        return w.sum() / np.sqrt(np.square(w).sum())

    every = np.array([t(order) for order in permutations(range(5))])
    tested = permute_levels(scored(x, "pearson"), scored(y, "pearson"), "mean", studentized=True)
    assert tested.p_greater == np.mean(every >= t(range(5)) - 1e-12)
    assert tested.method == "levels put in all 120 orders, studentized"
