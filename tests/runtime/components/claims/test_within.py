import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

within, equivalent, at_chance = as_written("within"), as_written("equivalent"), as_written("at-chance")
LEVELS = {"method": ["erm", "coral"], "seed": list(range(6))}


def results(results_of, gain):
    values = np.zeros((2, 6))
    values[1] = gain + 0.01 * (np.arange(6) - 2.5)
    return results_of(LEVELS, values)


def outcome(of, metric, **more):
    pair = {"axis": "method", "level": "coral", "reference": "erm"}
    return within(of, metric=metric, pair=["seed"], **pair | more)


def test_the_two_bounds_need_not_be_symmetric(results_of, metric):
    # Differences from 0.005 to 0.055 about 0.03.
    of = results(results_of, 0.03)
    found = outcome(of, metric, above=-0.02, below=0.1)
    assert (found.holds, found.p_claimed, found.effect) == (True, 1 / 64, pytest.approx(0.03))
    assert "6 of 6 paired differences lie between \N{MINUS SIGN}0.02 and 0.1." in found.finding
    differences = 0.03 + 0.01 * (np.arange(6) - 2.5)
    tested = outcome(of, metric, above=0.01, below=0.1, test="t")
    p = stats.ttest_1samp(differences, 0.01, alternative="greater").pvalue
    assert tested.p_claimed == pytest.approx(p)  # of the nearer bound, which is the larger of the two


def test_outside_contradicts_at_half_of_alpha(results_of, metric):
    found = outcome(results(results_of, 0.2), metric, above=-0.02, below=0.1)
    assert (found.holds, found.p_opposite) == (False, 2 / 64)


def test_symmetric_bounds_are_equivalence(results_of, metric):
    of = results(results_of, 0.01)
    shared = {"metric": metric, "axis": "method", "level": "coral", "reference": "erm", "pair": ["seed"]}
    one, other = within(of, **shared, above=-0.05, below=0.05), equivalent(of, **shared, margin=0.05)
    for name in ("effect", "interval", "p_claimed", "p_opposite", "holds"):
        assert getattr(one, name) == getattr(other, name)


def test_without_levels_it_is_about_the_metric_itself(results_of, metric):
    of = results(results_of, 0.5)
    shared = {"metric": metric, "pair": ["seed"], "where": {"method": "coral"}}
    one, other = within(of, **shared, above=0.4, below=0.6), at_chance(of, **shared, chance=0.5, margin=0.1)
    assert (one.p_claimed, one.effect, one.holds) == (other.p_claimed, other.effect, True)
    assert "scatter symmetrically" in one.method  # these are no differences


@pytest.mark.parametrize("wrong", [{"above": 0.1, "below": 0.1}, {"level": None}, {"reference": None}])
def test_what_cannot_be_asked(results_of, metric, wrong):
    with pytest.raises(ValueError, match=r"nothing is above 0\.1 and below 0\.1|one of them is not written"):
        outcome(results(results_of, 0.0), metric, **{"above": -0.1, "below": 0.1} | wrong)
