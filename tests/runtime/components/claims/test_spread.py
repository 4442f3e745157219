import itertools
import math

import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

spread = as_written("spread")
RNG = np.random.default_rng(3)
LEVELS = {"method": ["erm", "coral"], "seed": list(range(8))}
SETTINGS = {"method": ["erm", "coral"], "domain": list(range(6)), "seed": [0, 1, 2, 3]}
CALM, WILD = RNG.exponential(size=8), 6 * RNG.normal(size=8)


def claim(results, metric, **more):
    given = {"axis": "method", "wider": "erm", "narrower": "coral", "over": "seed", "pair": []}
    return spread(results, **{"metric": metric} | given | more)


def deviations(values):
    return np.abs(values - np.median(values, axis=-1, keepdims=True))


def permuted(wide, narrow, factor=1.0):
    """The share of exchanges of runs in which one side deviates as much more than the other as it does."""
    u, v = deviations(wide), factor * deviations(narrow)
    swaps = np.array(list(itertools.product([False, True], repeat=len(u))))
    excess = np.where(swaps, v, u).sum(axis=1) - np.where(swaps, u, v).sum(axis=1)
    return np.mean(excess >= (u - v).sum() - 1e-9), np.mean(excess <= (u - v).sum() + 1e-9)


def test_deviations_of_runs_are_exchanged(results_of, metric):
    found = claim(results_of(LEVELS, [WILD, CALM]), metric)
    assert found.effect == pytest.approx(deviations(WILD).sum() / deviations(CALM).sum() - 1)
    assert (found.p_claimed, found.p_opposite) == pytest.approx(permuted(WILD, CALM))
    assert (found.num_units, found.smallest_p, found.holds) == (8, 2**-8, True)
    more = int((deviations(WILD) > deviations(CALM)).sum())
    assert f"{more} of 8 runs deviate farther." in found.finding


def test_students_t_is_of_the_differences_of_deviations(results_of, metric):
    found = claim(results_of(LEVELS, [WILD, CALM]), metric, test="t")
    expected = stats.ttest_rel(deviations(WILD), deviations(CALM), alternative="greater").pvalue
    assert found.p_claimed == pytest.approx(expected)


@pytest.mark.parametrize("test", ["sign-flip", "t"])
def test_the_interval_holds_the_factors_that_the_test_does_not_exclude(results_of, metric, test):
    results = results_of(LEVELS, [5 * np.linspace(0, 1, 8) ** 0.5, np.linspace(0, 1, 8)])
    low, high = claim(results, metric, test=test).interval
    for end, outside in ((low, -1e-3), (high, 1e-3)):
        assert decided(claim(results, metric, test=test, margin=end + outside))
        assert not decided(claim(results, metric, test=test, margin=end - outside))


def decided(found):
    return min(found.p_claimed, found.p_opposite) <= 0.05


def test_what_excludes_no_factor_has_no_interval(results_of, metric):
    found = claim(results_of(LEVELS, [WILD, CALM]), metric, test="t")
    held = deviations(WILD)  # Student's t of these alone, which is that at a factor of 0
    assert stats.ttest_1samp(held, 0, alternative="greater").pvalue > 0.05
    assert (found.interval, found.ends(0.05, 0.05)[0]) == (None, -math.inf)


def test_an_end_is_the_kth_smallest_ratio_of_what_subsets_of_runs_deviate(results_of, metric):
    # With runs F exchanged the excess is as great where the deviations of F are at most the factor's share.
    u, v = deviations(WILD), deviations(CALM)
    subsets = np.array(list(itertools.product([0, 1], repeat=8)))[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.sort((subsets @ u) / (subsets @ v))
    place = math.floor(0.05 * 2**8) - 1  # the exchange of no run counts too; counted from 0
    found = claim(results_of(LEVELS, [WILD, CALM]), metric)
    assert found.interval[0] == pytest.approx(ratios[place] - 1, abs=1e-4)


def test_a_margin_is_a_share_and_the_other_way_round_is_contradicted(results_of, metric):
    results = results_of(LEVELS, [2 * CALM, CALM])
    assert claim(results, metric, margin=0.9).p_claimed == permuted(2 * CALM, CALM, 1.9)[0]
    tied = claim(results, metric, margin=1.0)
    assert (tied.effect, tied.holds, tied.p_claimed, tied.p_opposite) == (pytest.approx(1.0), False, 1.0, 1.0)
    other = claim(results, metric, wider="coral", narrower="erm")
    assert (other.effect, other.holds) == (pytest.approx(-0.5), False)
    assert other.p_opposite == claim(results, metric).p_claimed


def test_settings_weigh_alike_whatever_their_scale(results_of, metric):
    values = np.stack([np.stack([3 * CALM, 300 * CALM]), np.stack([CALM, 100 * CALM])])
    levels = {"method": ["erm", "coral"], "domain": [0, 1], "seed": list(range(8))}
    found = claim(results_of(levels, values), metric, pair=["domain"])
    alone = claim(results_of(LEVELS, [3 * CALM, CALM]), metric)
    assert (found.effect, found.p_claimed) == (pytest.approx(2.0), alone.p_claimed)
    assert [one.value for one in found.observations] == pytest.approx([2.0, 2.0])


@pytest.mark.parametrize("scatter", ["mean-deviation", "standard-deviation", "interquartile-range"])
def test_settings_as_units_have_log_ratios(results_of, metric, scatter):
    values = RNG.normal(size=(2, 6, 4)) * np.array([4.0, 1.0])[:, None, None]
    by_hand = {
        "mean-deviation": deviations(values).mean(axis=-1),
        "standard-deviation": values.std(axis=-1, ddof=1),
        "interquartile-range": stats.iqr(values, axis=-1),
    }[scatter]
    logs = np.log(by_hand[0] / by_hand[1])
    found = claim(
        results_of(SETTINGS, values), metric, pair=["domain"], units="settings", scatter=scatter, test="t"
    )
    assert found.effect == pytest.approx(math.expm1(logs.mean()))
    assert found.p_claimed == pytest.approx(stats.ttest_1samp(logs, 0, alternative="greater").pvalue)


def test_a_run_that_is_missing_on_either_side(results_of, metric):
    values = np.stack([WILD, CALM])
    values[1, 2] = np.nan
    results = results_of(LEVELS, values)
    assert claim(results, metric).missing == ("seed 2",)
    assert claim(results, metric).untested
    kept = claim(results, metric, missing="drop")
    there = np.arange(8) != 2
    assert (kept.num_units, kept.p_claimed) == (7, permuted(WILD[there], CALM[there])[0])
    worst = claim(results, metric, missing="against")
    assert worst.num_units == 7 and worst.p_claimed >= kept.p_claimed
    low, high = worst.ends(0.1, 0.1)
    assert low <= kept.ends(0.1, 0.1)[0] and high >= kept.ends(0.1, 0.1)[1]


def test_without_any_scatter_there_is_no_ratio(results_of, metric):
    with pytest.raises(ValueError, match="is the same in all runs of coral"):
        claim(results_of(LEVELS, [WILD, np.ones(8)]), metric)
    values = RNG.normal(size=(2, 6, 4))
    values[0, 3] = 1.0
    with pytest.raises(ValueError, match="the same in all runs of a setting"):
        claim(results_of(SETTINGS, values), metric, pair=["domain"], units="settings")
    never = claim(results_of(LEVELS, [np.ones(8), CALM]), metric)
    assert (never.effect, never.p_opposite) == (-1.0, 2**-8)
