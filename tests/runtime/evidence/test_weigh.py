import itertools

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.weigh import weigh
from heldout.runtime.results.levels import Axis

NAN = np.nan


def observed(values, clustered=True):
    values = np.asarray(values, dtype=float)
    axes = [Axis("domain", tuple(range(len(values)))), Axis("seed", tuple(range(values.shape[1])))]
    return Observations.of(axes, values, np.ones(values.shape, dtype=bool), "domain" if clustered else None)


def possible(values, null, steps=9):
    """Everything that lost observations may have been, on a grid."""
    values = np.asarray(values, dtype=float)
    reach = np.nanmax(np.abs(values - null))
    lost = np.argwhere(np.isnan(values))
    for fill in itertools.product(np.linspace(null - reach, null + reach, steps), repeat=len(lost)):
        filled = values.copy()
        filled[tuple(lost.T)] = fill
        yield filled


def test_a_lost_cell_that_would_have_evened_the_clusters_brings_no_verdict_about():
    # The last domain lost the seed that would have brought it near the others' means: filled on the wrong
    # side it does just that, and a t test of the filled means is surer than one without the lost cell.
    values = [[0.1, 0.1], [0.12, 0.1], [0.09, 0.11], [0.1, 0.12], [0.3, NAN]]
    dropped = weigh(observed(values), 0.0, "mean", "t", "drop").test.p_greater
    filled_on_the_wrong_side = np.array(values)
    filled_on_the_wrong_side[4, 1] = -0.1
    means = filled_on_the_wrong_side.mean(axis=1)
    assert stats.ttest_1samp(means, 0, alternative="greater").pvalue < dropped
    assert weigh(observed(values), 0.0, "mean", "t", "against").test.p_greater >= dropped


@pytest.mark.parametrize("test", ["t", "sign-flip"])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("lost", [[(4, 1)], [(0, 0), (3, 1)], [(1, 0), (1, 1)]])
def test_against_is_the_worst_that_may_have_been_lost(test, seed, lost):
    values = np.random.default_rng(seed).normal(0.3, 0.2, size=(5, 2))
    for at in lost:
        values[at] = NAN
    for null in (0.0, 0.25):
        found = weigh(observed(values), null, "mean", test, "against")
        for filled in possible(values, null):
            other = weigh(observed(filled), null, "mean", test, "block")
            assert found.test.p_greater >= min(other.test.p_greater, 0.5) - 1e-9  # 0.5 decides nothing
            assert found.test.p_less >= min(other.test.p_less, 0.5) - 1e-9
            (low, high), (their_low, their_high) = found.ends(1 / 16), other.ends(1 / 16)
            assert low <= their_low + 1e-9
            assert high >= their_high - 1e-9
        assert found.effect == weigh(observed(values), null, "mean", test, "drop").effect
        low, high = found.ends(1 / 16)
        assert (found.test.p_greater <= 1 / 16, found.test.p_less <= 1 / 16) == (low > null, high < null)


def test_of_many_units_that_lack_something_as_much_the_worst_is_found_too():
    # Nine domains that lack a seed each: one more than those of which all corners are tried.
    values = np.random.default_rng(0).normal(1.0, 0.1, size=(12, 6))
    values[:9, 0] = NAN
    found = weigh(observed(values), 0.0, "mean", "t", "against").test.p_greater
    reach = np.nanmax(np.abs(values))
    for upper in itertools.product((-reach, reach), repeat=9):
        filled = values.copy()
        filled[:9, 0] = upper
        assert found >= stats.ttest_1samp(filled.mean(axis=1), 0, alternative="greater").pvalue - 1e-15


def test_nothing_lost_changes_nothing():
    values = np.random.default_rng(1).normal(0.3, 0.2, size=(5, 2))
    assert weigh(observed(values), 0.0, "mean", "t", "against") == weigh(
        observed(values), 0.0, "mean", "t", "block"
    )
