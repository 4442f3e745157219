from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics.association import (
    EXACT_LEVELS,
    correlations,
    fisher_ends,
    fisher_test,
    orders_of,
    permute_blocks,
    permute_levels,
    scored,
)
from heldout.runtime.statistics.sign_flip import DRAWS

SCIPY = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("coefficient", SCIPY)
def test_correlations_are_scipys_also_with_ties(coefficient):
    x, y = RNG.integers(0, 4, (5, 9)).astype(float), RNG.integers(0, 4, (5, 9)).astype(float)
    expected = [SCIPY[coefficient](a, b).statistic for a, b in zip(x, y, strict=True)]
    found = correlations(scored(x, coefficient), scored(y, coefficient))
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("coefficient", SCIPY)
def test_what_is_the_same_everywhere_has_no_correlation(coefficient):
    x, y = np.full((1, 5), 0.1), np.arange(5.0)[None]
    assert np.isnan(correlations(scored(x, coefficient), scored(y, coefficient))).all()


@pytest.mark.parametrize("coefficient", SCIPY)
def test_a_permutation_test_counts_all_orders(coefficient):
    # The mean of two correlations, with both lists of y in the same order, against a plain loop.
    x, y = RNG.normal(size=(2, 5)), RNG.normal(size=(2, 5))

    def mean(order):
        return np.mean([SCIPY[coefficient](a, b[list(order)]).statistic for a, b in zip(x, y, strict=True)])

    null = np.array([mean(order) for order in permutations(range(5))])
    observed = mean(range(5))
    tested = permute_levels(scored(x, coefficient), scored(y, coefficient), "mean")
    assert tested.p_greater == np.mean(null >= observed - 1e-9)
    assert tested.p_less == np.mean(null <= observed + 1e-9)
    assert tested.smallest_p == 1 / 120


def test_one_list_is_scipys_exact_test():
    x, y = RNG.normal(size=6), RNG.normal(size=6)
    expected = stats.permutation_test(
        (y,),
        lambda one: stats.pearsonr(x, one).statistic,
        permutation_type="pairings",
        alternative="greater",
        n_resamples=np.inf,
    ).pvalue
    tested = permute_levels(scored(x[None], "pearson"), scored(y[None], "pearson"), "mean")
    assert tested.p_greater == pytest.approx(expected, abs=1e-12)


def test_a_perfect_order_has_the_smallest_p():
    x = np.arange(4.0)[None]
    tested = permute_levels(scored(x, "spearman"), scored(x**2, "spearman"), "mean")
    assert tested[:3] == (1 / 24, 1.0, 1 / 24)


def test_many_levels_are_drawn():
    levels = EXACT_LEVELS + 4
    x = RNG.normal(size=(1, levels))
    y = x + 1.5 * RNG.normal(size=(1, levels))
    tested = permute_levels(scored(x, "spearman"), scored(y, "spearman"), "mean")
    exact = stats.permutation_test(
        (y[0],),
        lambda one: stats.spearmanr(x[0], one).statistic,
        permutation_type="pairings",
        alternative="greater",
        n_resamples=4_000,
        rng=1,
    ).pvalue
    error = 4 * np.sqrt(exact * (1 - exact) * (1 / 4_000 + 1 / DRAWS))
    assert tested.p_greater == pytest.approx(exact, abs=error)
    assert sum(len(batch) for batch in orders_of(levels)) == DRAWS
    assert {tuple(sorted(order)) for batch in orders_of(levels) for order in batch[:50]} == {
        tuple(range(levels))
    }


def test_pearsons_interval_is_scipys():
    x, y = RNG.normal(size=12), RNG.normal(size=12)
    expected = stats.pearsonr(x, y)
    found = fisher_ends(expected.statistic, 12, "pearson")(0.025)
    assert found == pytest.approx(tuple(expected.confidence_interval(0.95)), abs=1e-12)


def test_a_threshold_by_hand():
    # atanh(0.9) - atanh(0.5) = 1.47222 - 0.54931 = 0.92291, times sqrt(12 - 3) = 2.76874.
    tested = fisher_test(0.9, 0.5, 12, "pearson")
    assert tested.p_greater == pytest.approx(stats.norm.sf(2.76874), abs=1e-6)
    # Spearman: the error is sqrt((1 + 0.405) / 9); Kendall: sqrt(0.437 / 8).
    assert fisher_test(0.9, 0.5, 12, "spearman").p_greater == pytest.approx(
        stats.norm.sf(0.92291 / np.sqrt(1.405 / 9)), abs=1e-5
    )
    assert fisher_test(0.9, 0.5, 12, "kendall").p_less == pytest.approx(
        stats.norm.cdf(0.92291 / np.sqrt(0.437 / 8)), abs=1e-5
    )


def test_too_few_levels_say_nothing():
    assert fisher_ends(0.5, 3, "pearson") is None
    assert fisher_ends(0.5, 4, "kendall") is None
    assert fisher_test(0.9, 0.0, 3, "spearman")[:3] == (1.0, 1.0, 1.0)


def test_an_undefined_correlation_says_nothing():
    assert fisher_ends(np.nan, 9, "pearson") is None
    assert fisher_test(np.nan, 0.0, 9, "pearson")[:3] == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("coefficient", SCIPY)
def test_blocks_change_places_whole(coefficient):
    # Three blocks of two places, whose points stand in another order than their blocks.
    blocks = np.array([[4, 1], [0, 3], [2, 5]])
    x, y = RNG.normal(size=(2, 6)), RNG.normal(size=(2, 6))

    def mean_of(moved):
        return np.mean([SCIPY[coefficient](a, b).statistic for a, b in zip(x, moved, strict=True)])

    null = []
    for order in permutations(range(3)):
        moved = y.copy()
        for to, of in enumerate(order):
            for place in range(2):
                moved[:, blocks[to][place]] = y[:, blocks[of][place]]
        null.append(mean_of(moved))
    found = permute_blocks(scored(x, coefficient), scored(y, coefficient), "mean", blocks)
    assert found.p_greater == pytest.approx(np.mean(np.array(null) >= null[0] - 1e-9))
    assert found.p_less == pytest.approx(np.mean(np.array(null) <= null[0] + 1e-9))
    assert found.smallest_p == 1 / 6


def test_blocks_of_one_point_are_levels():
    x, y = scored(RNG.normal(size=(1, 9)), "pearson"), scored(RNG.normal(size=(1, 9)), "pearson")
    by_block = permute_blocks(x, y, "mean", np.arange(9)[:, None])
    assert by_block[:3] == permute_levels(x, y, "mean")[:3]
