import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics.standardized import standardized_interval


def test_the_ends_are_where_the_observed_t_is_rare():
    # By simulation: at the low end 2.5 % of t statistics lie above the observed one, at the high end
    # as many below it.
    low, high = standardized_interval(0.8, 9)
    rng = np.random.default_rng(0)
    noise, observed = rng.normal(size=(100_000, 9)), 0.8 * 3
    for end, above in ((low, 0.025), (high, 0.975)):
        t = stats.ttest_1samp(noise + end, 0, axis=1).statistic
        assert np.mean(t > observed) == pytest.approx(above, abs=4 * np.sqrt(0.025 / 100_000))


def test_no_effect_is_symmetric_and_signs_mirror():
    low, high = standardized_interval(0.0, 12)
    assert low == pytest.approx(-high, abs=1e-9)
    # With t = 0 the ends are where P(T < 0) = P(Z < -d sqrt(n)) is 0.975 and 0.025.
    assert high == pytest.approx(1.959964 / np.sqrt(12), abs=1e-5)
    assert standardized_interval(-0.7, 12) == pytest.approx(
        tuple(-end for end in reversed(standardized_interval(0.7, 12))), abs=1e-7
    )


@pytest.mark.parametrize(("standardized", "units"), [(None, 10), (1.0, 2), (20.0, 10)])
def test_what_says_nothing_is_left_out(standardized, units):
    assert standardized_interval(standardized, units) is None


@pytest.mark.parametrize("standardized", [0.01, 1.0, 5.0, 10.0])
@pytest.mark.parametrize("units", [3, 5, 8])
def test_large_effects_of_few_units_have_an_interval(standardized, units):
    low, high = standardized_interval(standardized, units)
    assert low < standardized < high
