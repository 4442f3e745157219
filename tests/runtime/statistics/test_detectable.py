import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from heldout.runtime.statistics.association import fisher_error
from heldout.runtime.statistics.detectable import detectable_correlation, detectable_shift
from heldout.runtime.statistics.sign_flip import sign_flip


@pytest.mark.parametrize(("units", "alpha"), [(3, 0.05), (5, 0.05), (12, 0.01), (30, 0.05)])
def test_the_t_tests_is_that_of_the_noncentral_t(units, alpha):
    critical = stats.t.isf(alpha, units - 1)
    expected = brentq(lambda d: stats.nct.sf(critical, units - 1, d * math.sqrt(units)) - 0.8, 0.01, 20)
    assert detectable_shift(units, alpha, "t") == pytest.approx(expected, rel=0.04)


def test_sign_flips_find_it_in_four_of_five_studies():
    shift = detectable_shift(7, 0.05, "sign-flip")
    rng = np.random.default_rng(5)
    found = [sign_flip(rng.normal(shift, 1, 7), np.arange(7)).p_greater <= 0.05 for _ in range(600)]
    assert np.mean(found) == pytest.approx(0.8, abs=4 * math.sqrt(0.16 / 600))


def test_five_flips_find_only_what_is_up_every_time():
    # alpha is 1 / 32: all five must be positive, P(Z > -d)^5 = 0.8.
    expected = -stats.norm.isf(0.8 ** (1 / 5))
    assert detectable_shift(5, 0.04, "sign-flip") == pytest.approx(expected, rel=0.04)


def test_a_margin_takes_both_tests():
    # Of many units: both means ± margin beyond 1.645 standard errors, 2 P(Z < m sqrt(n) - 1.645) - 1 = 0.8.
    expected = (1.645 + stats.norm.ppf(0.9)) / math.sqrt(200)
    assert detectable_shift(200, 0.05, "t", within=True) == pytest.approx(expected, rel=0.04)


@pytest.mark.parametrize(("units", "alpha", "test"), [(4, 0.05, "sign-flip"), (1, 0.05, "t"), (9, 0.0, "t")])
def test_too_little_finds_nothing(units, alpha, test):
    assert detectable_shift(units, alpha, test) is None


@pytest.mark.parametrize("coefficient", ["pearson", "spearman", "kendall"])
@pytest.mark.parametrize(("null", "direction"), [(0.0, 1), (0.3, 1), (0.0, -1)])
def test_a_correlation_reaches_the_sum_of_both_quantiles(coefficient, null, direction):
    found = detectable_correlation(20, 0.05, null, direction, coefficient)
    z = direction * (math.atanh(found) - math.atanh(null)) / fisher_error(found, 20, coefficient)
    assert z == pytest.approx(1.644854 + 0.841621, abs=1e-5)


def test_a_correlation_of_three_levels_is_never_found():
    assert detectable_correlation(3, 0.05, 0.0, 1, "pearson") is None
