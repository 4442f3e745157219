import math
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics.association import correlations, fisher_test, permute_levels, scored
from heldout.runtime.statistics.jackknife import jackknife, jackknife_ends, jackknife_test

RNG = np.random.default_rng(0)


def test_the_error_is_that_of_the_estimates_without_each_level():
    x, y = RNG.normal(size=(3, 8)), RNG.normal(size=(3, 8))
    found = jackknife(x, y, "spearman")

    def z(kept):
        return math.atanh(
            np.mean([stats.spearmanr(a[kept], b[kept]).statistic for a, b in zip(x, y, strict=True)])
        )

    without = np.array([z([i for i in range(8) if i != left_out]) for left_out in range(8)])
    assert found.z == pytest.approx(z(list(range(8))))
    assert found.error == pytest.approx(np.sqrt(7 / 8 * np.square(without - without.mean()).sum()))
    tested = jackknife_test(found, 0.2)
    t = (found.z - math.atanh(0.2)) / found.error
    assert (tested.p_greater, tested.p_less) == pytest.approx((stats.t.sf(t, 7), stats.t.cdf(t, 7)))


def test_ranks_but_for_one_exchange_by_hand():
    # Without one of the exchanged two, seven ranks in one order: kept half a step of 12 / (7 * 48) from 1.
    x, y = np.arange(8.0)[None], np.array([[0.0, 1, 2, 3, 4, 5, 7, 6]])
    found = jackknife(x, y, "spearman")
    exchanged, whole = math.atanh(1 - 12 / (7 * 48)), math.atanh(1 - 6 / (7 * 48))
    assert found.z == pytest.approx(math.atanh(1 - 12 / (8 * 63)))
    assert found.error == pytest.approx(math.sqrt(7 * 2 / 8 * 6 / 8 * (whole - exchanged) ** 2))
    assert jackknife_test(found, 0.0).p_greater < 0.001
    low, high = jackknife_ends(found)(0.05)
    assert (low > 0.8, high) == (True, 1.0)


@pytest.mark.parametrize("coefficient", ["spearman", "kendall"])
def test_ranks_in_one_order_have_the_error_of_one_exchange(coefficient):
    x = np.arange(8.0)[None]
    one, other = (jackknife(x, y, coefficient) for y in (x, -x))
    exchanged = jackknife(x, x[:, [0, 1, 2, 4, 3, 5, 6, 7]], coefficient)
    assert one.error == pytest.approx(exchanged.error)
    assert one.z > exchanged.z
    assert (other.z, other.error) == pytest.approx((-one.z, one.error))
    assert jackknife_test(one, 0.0).p_greater < jackknife_test(exchanged, 0.0).p_greater < 0.01
    assert jackknife_ends(one)(0.05)[1] == 1.0
    assert jackknife_ends(other)(0.05)[0] == -1.0
    # So few levels tell 0.999 neither from 1 nor from what was seen.
    assert jackknife_test(one, 0.999)[:2] == pytest.approx((0.5, 0.5))


def test_two_tied_groups_are_no_surer_than_their_permutation():
    x = np.repeat([0.0, 1.0], 4)[None]
    assert jackknife_test(jackknife(x, x, "spearman"), 0.0).p_greater > 1 / 70


@pytest.mark.parametrize("coefficient", ["spearman", "kendall"])
def test_independent_ranks_are_rejected_in_no_more_than_alpha_of_all_orders(coefficient):
    # Every sixty-first of the 8! orders; of all 0.025 and 0.010 (Spearman), and 3 errors of these are 0.018
    # and 0.012. Without atanh it is 0.064 and 0.032 of all.
    x = np.arange(8.0)[None]
    orders = np.array(list(permutations(range(8))))[::61]
    p = np.array([jackknife_test(jackknife(x, x[:, order], coefficient), 0.0).p_greater for order in orders])
    assert 0.01 < np.mean(p <= 0.05) <= 0.05
    assert np.mean(p <= 0.01) <= 0.022


@pytest.mark.parametrize("coefficient", ["spearman", "kendall"])
def test_the_power_of_ranks_rises_with_the_correlation(coefficient):
    rng = np.random.default_rng(3)
    powers = []
    for noise in (2.0, 0.5, 0.1, 0.01, 0.0):
        found = 0
        for _ in range(80):
            x = rng.normal(size=(1, 8))
            y = x + noise * rng.normal(size=(1, 8))
            found += jackknife_test(jackknife(x, y, coefficient), 0.0).p_greater <= 0.05
        powers.append(found / 80)
    assert powers == sorted(powers)
    assert powers[0] < 0.3
    assert powers[-1] == 1.0


def test_the_interval_leaves_out_what_the_test_rejects():
    found = jackknife(RNG.normal(size=(1, 9)), RNG.normal(size=(1, 9)), "pearson")
    low, high = jackknife_ends(found)(0.1)
    assert jackknife_test(found, low).p_greater == pytest.approx(0.1)
    assert jackknife_test(found, high).p_less == pytest.approx(0.1)


def test_nothing_is_said_of_few_levels_or_where_no_level_matters():
    assert jackknife(RNG.normal(size=(1, 3)), RNG.normal(size=(1, 3)), "pearson") is None
    # r = 0.94, and 1 without one of the last two: six ranks have too few orders for more.
    assert jackknife(np.arange(6.0)[None], np.array([[0.0, 1, 2, 3, 5, 4]]), "spearman") is None
    same = np.arange(6.0)[None]
    assert jackknife(same, 2 * same, "pearson") is None
    assert jackknife_test(None, 0.0)[:3] == (1.0, 1.0, 1.0)
    assert jackknife_ends(None) is None


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("coefficient", ["pearson", "spearman", "kendall"])
@pytest.mark.parametrize("statistic", ["mean", "median", "iqm"])
def test_nothing_is_said_where_a_list_is_the_same_at_all_levels_but_one(coefficient, statistic):
    y = RNG.normal(size=(2, 9))
    one = np.array([[0.0] * 8 + [1.0]])
    assert jackknife(one, y[:1], coefficient, statistic) is None
    assert jackknife(np.concatenate([one, RNG.normal(size=(1, 9))]), y, coefficient, statistic) is None


def test_nothing_is_said_of_numbers_that_lie_on_a_line_but_for_one():
    x = np.arange(7.0)[None]
    assert jackknife(x, np.array([[0.0, 1, 2, 3, 4, 5, 9]]), "pearson") is None


def dependent(rng, lists=5, levels=8):
    """Two sides that vary more at the same levels, without a correlation, and seeds about them."""
    x = rng.normal(size=levels)
    y = x * rng.normal(size=levels)
    return (one + 0.5 * rng.normal(size=(lists, levels)) for one in (x, y))


@pytest.mark.slow
def test_levels_of_other_variance_are_no_correlation():
    # A permutation rejects independence, which is not what is claimed, and studentized it rejects little more
    # often than at 0.05; the jackknife keeps its level too. One side of it, 120 studies: 2 errors are 0.04.
    rng = np.random.default_rng(1)
    plain, studentized, left_out = [], [], []
    for _ in range(120):
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


EVERY = np.array(list(permutations(range(8))))


def test_a_studentized_permutation_by_hand():
    # Products by level of x, centred and scaled, with each order of y, over the root of their squares' sum.
    x, y = np.array([0.0, 1, 5, 2, 9, 4, 3, 7]), np.array([1.0, 0, 4, 3, 7, 2, 9, 5])
    products = (x - x.mean()) * (y - y.mean())[EVERY]
    t = products.sum(axis=1) / np.sqrt(np.square(products).sum(axis=1))
    tested = permute_levels(scored(x[None], "pearson"), scored(y[None], "pearson"), "mean", studentized=True)
    assert tested.p_greater == np.mean(t >= t[0] - 1e-12)
    assert tested.method == "levels put in all 40320 orders, studentized"


def influence(x, y):
    """Of each level on Spearman's correlation, by distribution functions; of numbers without ties."""
    f, g = stats.rankdata(x) / len(x), stats.rankdata(y) / len(y)
    r, q = f - f.mean(), g - g.mean()
    by_x = ((x[:, None] <= x) - f) @ q / len(x)
    by_y = ((y[:, None] <= y) - g) @ r / len(y)
    return r * q + by_x + by_y


def test_ranks_are_studentized_by_the_influence_function():
    x, y = RNG.normal(size=8), RNG.normal(size=8)
    some = np.concatenate([EVERY[:1], RNG.permutation(EVERY)[:3000]])
    t = []
    for order in some:
        phi = influence(x, y[order])
        t.append(phi.sum() / np.sqrt(np.square(phi).sum()))
    tested = permute_levels(*(scored(one[None], "spearman") for one in (x, y)), "mean", studentized=True)
    p = np.mean(np.array(t) >= t[0] - 1e-12)
    assert tested.p_greater == pytest.approx(p, abs=4 * np.sqrt(0.25 / 3000))
    # All seeds the same are one.
    thrice = (scored(np.tile(one, (3, 1)), "spearman") for one in (x, y))
    assert permute_levels(*thrice, "mean", studentized=True).p_greater == tested.p_greater


def test_studentized_ranks_keep_their_level_where_ranks_depend_without_a_correlation():
    # y = |x|, one side, 2,000 studies of 9 levels: 3 errors are 0.015. With products alone it was 0.08.
    rng = np.random.default_rng(4)
    orders = np.concatenate([np.arange(9)[None], rng.permuted(np.tile(np.arange(9), (2000, 1)), axis=1)])
    null = np.array([t_of(np.arange(9.0), order.astype(float)) for order in orders[1:]])
    edge = np.quantile(null, 0.95)
    found = np.mean([t_of(x, np.abs(x)) > edge for x in rng.normal(size=(2000, 9))])
    assert 0.035 < found <= 0.065


def t_of(x, y):
    phi = influence(x, y)
    return phi.sum() / np.sqrt(np.square(phi).sum())


@pytest.mark.parametrize(
    ("coefficient", "p"), [("spearman", 4 / 40320), ("kendall", 4 / 40320), ("pearson", 455 / 40320)]
)
def test_what_agrees_wholly_studentized(coefficient, p):
    x = scored(np.arange(8.0)[None], coefficient)
    assert permute_levels(x, x, "mean", studentized=True).p_greater == pytest.approx(p)


def test_of_seven_levels_studentized_says_nothing():
    x = scored(np.arange(7.0)[None], "spearman")
    assert permute_levels(x, x, "mean", studentized=True)[:3] == (1.0, 1.0, 1.0)


def test_a_unit_is_left_out_with_all_of_its_levels():
    x, y = RNG.normal(size=(1, 8)), RNG.normal(size=(1, 8))
    unit = np.array([0, 1, 2, 3, 0, 1, 2, 3])
    found = jackknife(x, y, "pearson", "mean", unit)
    without = [np.arctanh(stats.pearsonr(x[0, unit != u], y[0, unit != u]).statistic) for u in range(4)]
    assert found.num_levels == 4
    assert found.z == pytest.approx(np.arctanh(stats.pearsonr(x[0], y[0]).statistic))
    assert found.error**2 == pytest.approx(3 / 4 * np.sum((without - np.mean(without)) ** 2))
    assert jackknife(x, y, "pearson", "mean", np.arange(8) // 3) is None  # three units are too few
