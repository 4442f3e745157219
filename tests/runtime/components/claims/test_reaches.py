import math

import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

reaches = as_written("reaches")
SIZES = [10, 100, 1000, 10000]
LEVELS = {"method": ["erm", "coral"], "size": SIZES, "seed": list(range(6))}


def rising(first):
    """Accuracies by size and seed: 0.9 from a size on, counted from 0, and 0.5 before; 4 is never."""
    return np.where(np.arange(4)[:, None] >= np.asarray(first), 0.9, 0.5)


def claim(results, metric, **more):
    given = {
        "along": "size",
        "axis": "method",
        "sooner": "coral",
        "later": "erm",
        "level": 0.8,
        "pair": ["seed"],
    }
    return reaches(results, **{"metric": metric, "pair": ["seed"]} | given | more)


def test_how_much_more_is_needed_by_hand(results_of, metric):
    # erm needs 1000 examples, once 10000; coral 100, once 1000.
    results = results_of(LEVELS, [rising([2, 2, 2, 2, 2, 3]), rising([1, 1, 1, 1, 2, 1])])
    found = claim(results, metric)
    factors = np.array([10, 10, 10, 10, 1, 100])
    assert found.effect == pytest.approx(stats.gmean(factors) - 1)
    assert [one.value for one in found.observations] == pytest.approx((factors - 1).tolist())
    assert found.p_claimed == 2 / 64  # one is tied
    assert "how much later erm reaches accuracy 0.8 along size than coral, as a share" in found.finding
    assert "Not reached: 0 of 6 curves of coral and 0 of 6 curves of erm." in found.finding


def test_a_margin_is_a_share(results_of, metric):
    results = results_of(LEVELS, [rising([2] * 6), rising([1] * 6)])
    assert claim(results, metric, margin=8.9).p_claimed == 1 / 64
    tied = claim(results, metric, margin=9)
    assert (tied.holds, tied.p_claimed, tied.p_opposite) == (False, 1.0, 1.0)
    assert claim(results, metric, margin=10).p_opposite == 1 / 64


def test_what_is_never_reached_is_reached_at_the_last_size_at_the_earliest(results_of, metric):
    found = claim(results_of(LEVELS, [rising([4, 4, 4, 4, 2, 2]), rising([1, 1, 1, 4, 4, 1])]), metric)
    logs = [math.log10(1 + one.value) for one in found.observations]
    assert logs == pytest.approx([2, 2, 2, 0, -1, 1])
    assert "Not reached: 2 of 6 curves of coral and 4 of 6 curves of erm." in found.finding


def test_downwards_and_in_the_levels_own_numbers(results_of, metric):
    results = results_of(LEVELS, [-rising([2] * 6), -rising([1] * 6)])
    found = claim(results, metric, level=-0.8, rising=False, scale="value", margin=800)
    assert (found.effect, found.p_claimed) == (900, 1 / 64)
    ranks = claim(results, metric, level=-0.8, rising=False, scale="rank")
    assert (ranks.effect, "in ranks" in ranks.finding) == (1, True)


def test_what_is_compared_may_be_cells(results_of, metric):
    results = results_of(LEVELS, [rising([2] * 6), rising([1] * 6)])
    cells = {"axis": None, "sooner": {"method": "coral"}, "later": {"method": "erm"}}
    assert claim(results, metric, **cells).effect == pytest.approx(9)


def test_a_missing_value_blocks(results_of, metric):
    values = np.array([rising([2] * 6), rising([1] * 6)])
    values[1, 3, 4] = np.nan  # though it has passed before
    assert claim(results_of(LEVELS, values), metric).missing == ("seed 4",)


def test_levels_without_a_logarithm(results_of, metric):
    levels = {**LEVELS, "size": [0, 1, 2, 3]}
    with pytest.raises(ValueError, match="have no logarithm"):
        claim(results_of(levels, np.ones((2, 4, 6))), metric)


def test_what_is_cut_short_is_no_evidence_for_less_than_a_margin(results_of, metric):
    # Of most pairs neither side is seen to reach it: that one needs 50 times as much may well be.
    results = results_of(LEVELS, [rising([4, 4, 4, 4, 4, 2]), rising([4, 4, 4, 4, 4, 1])])
    found = claim(results, metric, margin=49)
    assert not found.holds and found.p_opposite > 1 / 2
    assert found.ends(0.05, 0.05)[1] > 49
    assert "With what is cut short beyond the edge: 90 % interval" in found.finding
    # Nor for more than half as much, where that is the edge.
    found = claim(results, metric, margin=-0.5)
    assert found.holds and found.p_claimed > 1 / 2
    assert found.ends(0.05, 0.05)[0] < -0.5


def test_what_is_cut_short_shows_more_than_a_margin_as_far_as_it_was_followed(results_of, metric):
    # erm is never seen to reach it, and was followed to 100 times what coral needs.
    results = results_of(LEVELS, [rising([4] * 6), rising([1] * 6)])
    assert claim(results, metric, margin=49).p_claimed == 1 / 64
    assert claim(results, metric, margin=199).p_opposite > 1 / 2


def test_against_zero_what_is_cut_short_weighs_on_either_side_alike(results_of, metric):
    results = results_of(LEVELS, [rising([1] * 6), rising([4] * 6)])
    assert claim(results, metric).p_opposite == 1 / 64
