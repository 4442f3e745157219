import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

from heldout.runtime.statistics.crossed_effects import crossed_effects


def test_three_clusters_and_two_runs_by_hand():
    # Cluster means 2.5, 2.5 and 7, run means 5 and 3, all together 4. Mean squares:
    # clusters 2 (1.5^2 + 1.5^2 + 3^2) / 2 = 13.5, runs 3 (1^2 + 1^2) / 1 = 6; of the squares about the mean,
    # 40, 27 + 6 are explained, and 7 / 2 = 3.5 is the mean square of the rest.
    found = crossed_effects(np.array([[4.0, 1.0], [2.0, 3.0], [9.0, 5.0]]))
    assert found.mean == pytest.approx(4)
    assert found.between_clusters**2 == pytest.approx((13.5 - 3.5) / 2)
    assert found.between_runs**2 == pytest.approx((6 - 3.5) / 3)
    assert found.rest**2 == pytest.approx(3.5)
    assert found.error**2 == pytest.approx(5 / 3 + (2.5 / 3) / 2 + 3.5 / 6)
    assert found.freedom == pytest.approx((13.5 + 6 - 3.5) ** 2 / (13.5**2 / 2 + 6**2 / 1 + 3.5**2 / 2))


def test_a_variance_that_comes_out_negative_is_zero():
    # Runs have the same mean: what is left is the mean square of clusters, 2 (1 + 0 + 1) / 2, of 2 degrees of
    # freedom, and the interval is that of the clusters' means.
    values = np.array([[-1.5, -0.5], [0.5, -0.5], [1.0, 1.0]])
    found = crossed_effects(values)
    assert found.between_runs == 0 and found.between_clusters > 0
    means = values.mean(axis=1)
    assert found.freedom == pytest.approx(2)
    assert found.interval() == pytest.approx(stats.t.interval(0.95, 2, means.mean(), stats.sem(means)))


def test_where_neither_varies_all_that_varies_is_the_rest():
    # Every row and every column sums to zero: squares of 4, at 1 degree of freedom, of a mean over 4.
    found = crossed_effects(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    assert found == (0, math.sqrt(4 / 4), 1, 0, 0, math.sqrt(4))


def covariance(variances, num_clusters, num_runs):
    clusters, runs, rest = variances
    one = np.ones
    return (
        clusters * np.kron(np.eye(num_clusters), one((num_runs, num_runs)))
        + runs * np.kron(one((num_clusters, num_clusters)), np.eye(num_runs))
        + rest * np.eye(num_clusters * num_runs)
    )


def restricted_loss(logarithms, values):
    """Twice the negative restricted log-likelihood, by the covariance of all observations."""
    whole = covariance(np.exp(logarithms), *values.shape)
    inverse, ones = np.linalg.inv(whole), np.ones(values.size)
    information = ones @ inverse @ ones
    about = values.ravel() - (ones @ inverse @ values.ravel()) / information
    return np.linalg.slogdet(whole)[1] + math.log(information) + about @ inverse @ about


@pytest.mark.parametrize("shape", [(4, 3), (6, 5)])
def test_it_is_restricted_maximum_likelihood_and_generalized_least_squares(shape):
    rng = np.random.default_rng(3)
    values = 2 * rng.normal(size=(shape[0], 1)) + 1.5 * rng.normal(size=shape[1]) + rng.normal(size=shape)
    found = crossed_effects(values)
    variances = np.square([found.between_clusters, found.between_runs, found.rest])
    assert variances.min() > 0
    best = minimize(
        restricted_loss, np.zeros(3), (values,), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9}
    )
    assert np.exp(best.x) == pytest.approx(variances, rel=1e-4)
    weights = np.linalg.inv(covariance(variances, *shape)).sum(axis=0)
    assert found.mean == pytest.approx(weights @ values.ravel() / weights.sum())
    assert found.error**2 == pytest.approx(1 / weights.sum())


def test_the_mass_is_students_t_about_the_mean():
    found = crossed_effects(np.array([[4.0, 1.0], [2.0, 3.0], [9.0, 5.0]]))
    t = stats.t(found.freedom, found.mean, found.error)
    assert [found.below(at) for at in (-1, 4, 30)] == pytest.approx([t.cdf(-1), 0.5, t.cdf(30)])
    assert [found.below(end) for end in found.interval()] == pytest.approx([0.025, 0.975])


def test_nothing_is_said_where_nothing_varies():
    assert crossed_effects(np.full((3, 2), 0.5)) is None
    with pytest.raises(ValueError, match="got 1 clusters and 3 runs"):
        crossed_effects(np.ones((1, 3)))
