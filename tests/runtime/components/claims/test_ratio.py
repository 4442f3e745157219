import math

import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

ratio = as_written("ratio")
LEVELS = {"method": ["erm", "coral"], "seed": list(range(6))}


def outcome(results_of, metric, gains, **more):
    less = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
    results = results_of(LEVELS, np.stack([less, less * (1 + np.array(gains))]))
    return ratio(results, metric=metric, axis="method", greater="coral", less="erm", pair=["seed"], **more)


def test_doubling_and_halving_cancel_out(results_of, metric):
    found = outcome(results_of, metric, [1.0, -0.5] * 3)
    assert found.effect == pytest.approx(0.0, abs=1e-12)
    assert [one.value for one in found.observations] == pytest.approx([1.0, -0.5] * 3)


def test_a_gain_is_a_share_of_the_reference_whatever_its_size(results_of, metric):
    # Gains of 10, 11, ... 15 %: all six exceed 5 %, and the geometric mean is that of the ratios.
    gains = 0.10 + 0.01 * np.arange(6)
    found = outcome(results_of, metric, gains, margin=0.05)
    assert found.effect == pytest.approx(stats.gmean(1 + gains) - 1)
    assert (found.holds, found.null, found.p_claimed) == (True, pytest.approx(0.05), 1 / 64)
    assert "geometric mean 0.125 (90 % interval" in found.finding
    assert "In percent: 12.5 (90 % interval" in found.finding


def test_the_test_is_of_the_logarithms_and_the_interval_too(results_of, metric):
    gains = np.array([0.1, 0.2, 0.05, 0.3, -0.1, 0.15])
    found = outcome(results_of, metric, gains, test="t")
    logs = np.log1p(gains)
    assert found.p_claimed == pytest.approx(stats.ttest_1samp(logs, 0, alternative="greater").pvalue)
    half = stats.t.isf(0.05, 5) * logs.std(ddof=1) / math.sqrt(6)
    assert found.interval == pytest.approx((math.expm1(logs.mean() - half), math.expm1(logs.mean() + half)))


def test_a_gain_that_equals_the_margin_is_a_tie(results_of, metric):
    found = outcome(results_of, metric, [0.05] * 6, margin=0.05)
    assert (found.holds, found.p_claimed, found.p_opposite) == (False, 1.0, 1.0)


@pytest.mark.parametrize("gain", [-1.0, -1.5])
def test_what_is_not_above_zero_has_no_ratio(results_of, metric, gain):
    with pytest.raises(ValueError, match="a ratio needs values above zero, and accuracy is as low as"):
        outcome(results_of, metric, [0.1, gain, 0.1, 0.1, 0.1, 0.1])
