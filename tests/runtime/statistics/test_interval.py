import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics.interval import hierarchical_bootstrap, interval, t_half_width


def test_few_units_have_the_t_interval_of_their_means():
    # Cluster means 1, 2, 3: mean 2, standard error 1 / sqrt(3), t with 2 degrees of freedom 4.30265.
    values, unit = np.array([0.0, 2.0, 2.0, 2.0, 2.0, 4.0]), np.array([0, 0, 1, 1, 2, 2])
    found = interval(values, unit)
    assert found.low == pytest.approx(2 - 4.30265 / np.sqrt(3), abs=1e-5)
    assert found.high == pytest.approx(2 + 4.30265 / np.sqrt(3), abs=1e-5)


def test_t_half_width_is_scipys():
    values = np.random.default_rng(0).normal(size=7)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert t_half_width(values) == pytest.approx((high - low) / 2, rel=1e-12)


def test_one_unit_has_no_interval():
    assert interval(np.array([1.0, 2.0]), np.array([0, 0])) is None
    assert np.isnan(t_half_width(np.array([1.0])))


@pytest.mark.parametrize("statistic", ["mean", "median", "iqm"])
def test_pairs_on_their_own_have_the_ordinary_bootstrap(statistic):
    values = np.random.default_rng(1).normal(size=60)
    own = interval(values, np.arange(60), statistic)
    centres = {
        "mean": np.mean,
        "median": np.median,
        "iqm": lambda v, axis: stats.trim_mean(v, 0.25, axis=axis),
    }
    theirs = stats.bootstrap(
        (values,), centres[statistic], method="percentile", n_resamples=9_999, rng=2
    ).confidence_interval
    assert own.low == pytest.approx(theirs.low, abs=0.05)
    assert own.high == pytest.approx(theirs.high, abs=0.05)


def test_variance_of_the_hierarchical_bootstrap_by_formula():
    # Balanced clusters: Var = s_between^2 / C + mean(s_within^2) / (C n), both with divisor n.
    rng = np.random.default_rng(5)
    values = rng.normal(size=(30, 1)) + 0.5 * rng.normal(size=(30, 4))
    between = values.mean(axis=1).var() / 30
    within = values.var(axis=1).mean() / (30 * 4)
    resampled = hierarchical_bootstrap(values.ravel(), np.repeat(np.arange(30), 4), "mean", 20_000)
    assert resampled.var() == pytest.approx(between + within, rel=0.05)
    assert resampled.mean() == pytest.approx(values.mean(), abs=0.01)


def test_units_of_different_size_keep_their_own_observations():
    # Unit 0 is always 1, unit 1 always 3: every resample's mean is 1, 2 or 3, and 2 half of the time.
    values, unit = np.array([1.0, 1.0, 1.0, 3.0]), np.array([0, 0, 0, 1])
    resampled = hierarchical_bootstrap(values, unit, "mean", 4_000)
    assert set(np.unique(resampled)) == {1.0, 2.0, 3.0}
    assert np.mean(resampled == 2.0) == pytest.approx(0.5, abs=0.04)
