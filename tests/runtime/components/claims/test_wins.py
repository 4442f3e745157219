import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

wins = as_written("wins")
DOMAINS, SEEDS = ["a", "b", "c", "d"], list(range(6))
LEVELS = {"method": ["erm", "coral"], "domain": DOMAINS, "seed": SEEDS}


def study(results_of, gains, noise=0.01):
    """Each domain's gain, and six seeds about it."""
    around = noise * (np.arange(6) - 2.5)
    values = np.zeros((2, len(gains), 6))
    values[1] = np.array(gains)[:, None] + around
    return results_of({**LEVELS, "domain": DOMAINS[: len(gains)]}, values)


def outcome(results, metric, **more):
    shared = {"axis": "method", "greater": "coral", "less": "erm", "over": "domain", "pair": ["seed"]}
    return wins(results, metric=metric, **shared | more)


def test_so_many_of_these_settings(results_of, metric):
    # All six seeds up in three domains (1/64), all down in one: the third smallest of four, times 2.
    found = outcome(study(results_of, [0.1, 0.2, 0.3, -0.1]), metric, count=3)
    assert (found.holds, found.effect, found.null) == (True, 3.0, 2.5)
    assert found.p_claimed == 2 / 64
    assert found.p_opposite == 1.0  # that two do not win is the second smallest against it, which is 1
    assert (found.smallest_p, found.num_units) == (2 / 64, 6)
    assert [(one.coordinates, one.value) for one in found.observations] == [
        ({"domain": name}, pytest.approx(gain))
        for name, gain in zip(DOMAINS, [0.1, 0.2, 0.3, -0.1], strict=True)
    ]
    assert found.finding.startswith("coral minus erm, accuracy: above zero in 3 of 4 settings")
    assert "and not at domain d" in found.finding


def test_all_of_them_is_the_largest_and_one_is_bonferroni(results_of, metric):
    results = study(results_of, [0.1, 0.2, 0.3, -0.1])
    every = outcome(results, metric, count=4)
    assert (every.p_claimed, every.p_opposite, every.holds) == (1.0, 4 / 64, False)
    assert outcome(results, metric, count=1).p_claimed == 4 / 64


def test_fewer_than_so_many_contradict(results_of, metric):
    # Three domains are lost: that two or more are won has against it the third smallest, times 2.
    found = outcome(study(results_of, [0.1, -0.2, -0.3, -0.1]), metric, count=2)
    assert (found.holds, found.p_opposite) == (False, 2 / 64)
    assert found.interval == (0.0, 1.0)  # 4/64 shows no win, and three losses are shown


def test_the_interval_says_what_the_test_says_at_every_level(results_of, metric):
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(40):
        values = rng.normal(size=(2, 4, 6)) + np.array([0.0, 1.0])[:, None, None] * rng.normal(size=(4, 1))
        for count in (1, 2, 3, 4):
            found = outcome(results_of(LEVELS, values), metric, count=count, test="t")
            for level in (0.01, 0.05, 0.1):
                low, high = found.ends(level, level)
                assert (low >= count) == (found.p_claimed <= level)
                assert (high < count) == (found.p_opposite <= level)
                assert low <= high
                seen |= {(low >= count, high < count)}
    assert seen == {(True, False), (False, True), (False, False)}


def test_most_settings_like_these(results_of, metric):
    # Four of four are ahead: (1/2)^4; their share has an interval from the root of 0.05.
    found = outcome(study(results_of, [0.1, 0.2, 0.3, 0.1]), metric, share=0.5)
    assert (found.effect, found.null, found.num_units) == (1.0, 0.5, 4)
    assert found.p_claimed == pytest.approx(0.5**4) and found.p_opposite == pytest.approx(1.0)
    assert found.interval == (pytest.approx(0.05**0.25), 1.0)
    assert found.smallest_p == 0.5**4


def test_a_share_counts_signs_and_a_tie_against_either_side(results_of, metric):
    found = outcome(study(results_of, [0.1, 0.2, 0.0, -0.1], noise=0.0), metric, share=0.25)
    assert found.effect == 0.5
    assert found.p_claimed == pytest.approx(stats.binom.sf(1, 4, 0.25))
    assert found.p_opposite == pytest.approx(stats.binom.cdf(3, 4, 0.25))
    assert "1 count for neither side" in found.finding


def test_a_margin_must_be_exceeded_in_each(results_of, metric):
    results = study(results_of, [0.1, 0.2, 0.3, 0.02])
    assert outcome(results, metric, share=0.5, margin=0.05).effect == 0.75
    assert outcome(results, metric, count=3, margin=0.05).effect == 3.0


def test_what_is_lost(results_of, metric):
    values = np.zeros((2, 4, 6))
    values[1] = 0.1 + 0.01 * np.arange(6)
    values[1, 0, 0] = np.nan
    results = results_of(LEVELS, values)
    assert "domain a: 1 of 6 observations are missing" in outcome(results, metric, count=3).untested
    assert outcome(results, metric, share=0.5).untested
    dropped = outcome(results, metric, count=4, missing="drop")
    assert (dropped.p_claimed, dropped.num_units) == (1 / 32, 5)
    against = outcome(results, metric, share=0.5, missing="against")
    assert (against.effect, against.p_claimed) == (0.75, pytest.approx(stats.binom.sf(2, 4, 0.5)))


def test_a_setting_of_which_nothing_is_left_shows_nothing_and_the_others_decide(results_of, metric):
    values = np.zeros((2, 4, 6))
    values[1] = 0.1 + 0.01 * np.arange(6)
    values[1, 0] = np.nan
    found = outcome(results_of(LEVELS, values), metric, count=3, missing="drop")
    assert (found.holds, found.p_claimed, found.smallest_p) == (True, 2 / 64, 2 / 64)
    assert "6 of 24 paired differences missing and left out; a level with none left shows" in found.method


def test_how_each_is_tested_is_told_without_the_numbers_of_one(results_of, metric):
    found = outcome(study(results_of, [0.1, 0.2, 0.3, -0.1]), metric, count=3)
    assert found.method.startswith(
        "Each level of domain is tested on its own: the mean of its paired differences, by flipping signs."
        " That the differences exceed the margin in 3 of 4 is tested by partial conjunction"
    )
    assert found.edge == "between 2 and 3"


def test_two_sides_share_alpha(results_of, metric):
    results = study(results_of, [0.1, 0.2, 0.3, 0.1])
    one, two = (outcome(results, metric, share=0.5, sides=sides) for sides in ("one", "two"))
    assert two.p_claimed == 2 * one.p_claimed and two.confidence == pytest.approx(0.95)


@pytest.mark.parametrize("wrong", [{}, {"count": 2, "share": 0.5}, {"count": 5}])
def test_what_cannot_be_asked(results_of, metric, wrong):
    with pytest.raises(ValueError, match=r"wins are counted|no 5 that could hold"):
        outcome(study(results_of, [0.1, 0.2, 0.3, 0.1]), metric, **wrong)
