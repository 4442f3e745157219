import numpy as np
import pytest
from scipy import stats

from heldout.runtime.evidence.equivalence import equivalence
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.results.levels import Axis


def weighed(values, margin, middle=0.0, **more):
    values = np.asarray(values, dtype=float)
    seeds = Axis("seed", tuple(range(len(values))))
    observations = Observations.of([seeds], values, np.ones(len(values), dtype=bool), None)
    given = {"cluster": None, "statistic": "mean", "test": "t", "alpha": 0.05, "missing": "block"} | more
    return equivalence(
        observations, subject="difference", noun="values", middle=middle, margin=margin, oracle=False, **given
    )


def test_two_one_sided_t_tests_are_scipys():
    values = np.random.default_rng(0).normal(0.02, 0.1, size=12)
    found = weighed(values, 0.1)
    above = stats.ttest_1samp(values, -0.1, alternative="greater").pvalue
    below = stats.ttest_1samp(values, 0.1, alternative="less").pvalue
    assert found.p_claimed == pytest.approx(max(above, below), rel=1e-9)
    assert found.holds
    # The 90 % interval lies within the margin exactly where both tests reject at 0.05.
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (found.p_claimed <= 0.05) == (low > -0.1 and high < 0.1)


@pytest.mark.parametrize("side", [1, -1])
def test_outside_on_either_side_contradicts(side):
    values = side * (0.5 + 0.01 * np.arange(6))
    found = weighed(values, 0.1)
    beyond = stats.ttest_1samp(abs(values), 0.1, alternative="greater").pvalue
    assert not found.holds
    assert found.p_opposite == pytest.approx(2 * beyond, rel=1e-9)
    assert found.null == side * 0.1


def test_signs_flip_about_each_edge():
    # Six distances from each edge are all to the inside: 2^-6 at both.
    found = weighed([0.01, -0.02, 0.03, -0.01, 0.02, 0.0], 0.1, test="sign-flip")
    assert found.p_claimed == found.smallest_p == 2**-6
    assert found.p_opposite == 1.0
    assert found.finding.endswith("6 of 6 values lie within 0.1 of zero.")


def test_ties_at_zero_are_no_obstacle():
    assert weighed(np.zeros(5), 0.1, test="sign-flip").p_claimed == 2**-5


def test_a_margin_is_positive():
    with pytest.raises(ValueError, match="above zero, got 0"):
        weighed([0.0, 0.1], 0.0)
