import itertools

import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

correlate = as_written("correlate")
ENVIRONMENTS = list("abcdef")
RNG = np.random.default_rng(4)
TRUTH = np.linspace(0.2, 0.8, 6)[:, None] + 0.1 * RNG.normal(size=(6, 5))
SCORE = np.linspace(1.0, 3.0, 6)[:, None] + 0.2 * RNG.normal(size=(6, 5))


@pytest.fixture
def results(rehearsal):
    levels = {"environment": ENVIRONMENTS, "seed": [0, 1, 2, 3, 4]}
    return rehearsal(truth=(levels, TRUTH), score=(levels, SCORE))


def claim(results, named, **more):
    given = {"axis": "environment", "above": 0.0} | more
    return correlate(results, metric=named("truth"), against=named("score"), **given)


def test_averages_are_correlated_over_the_levels(results, named):
    found = claim(results, named, coefficient="pearson")
    expected = stats.pearsonr(SCORE.mean(axis=1), TRUTH.mean(axis=1))
    assert found.effect == pytest.approx(expected.statistic, abs=1e-12)
    by_fisher = claim(results, named, coefficient="pearson", test="fisher").interval
    assert by_fisher == pytest.approx(tuple(expected.confidence_interval(0.9)), abs=1e-12)
    by_jackknife = claim(results, named, coefficient="pearson", test="jackknife").interval
    assert found.interval == by_jackknife
    permuted = stats.permutation_test(
        (TRUTH.mean(axis=1),),
        lambda y: stats.pearsonr(SCORE.mean(axis=1), y).statistic,
        permutation_type="pairings",
        alternative="greater",
        n_resamples=np.inf,
    )
    assert found.p_claimed == pytest.approx(permuted.pvalue, abs=1e-12)
    assert (found.smallest_p, found.num_units) == (1 / 720, 6)


def test_a_permutation_says_whose_interval_it_shows(results, named):
    given = {"coefficient": "pearson"}
    permuted, jackknife = (claim(results, named, test=one, **given) for one in ("permutation", "jackknife"))
    assert (
        "Interval: the values that the jackknife over the levels does not exclude at 5 %" in permuted.method
    )
    assert "That is another test than the one that decides" in permuted.method
    assert "Interval: the values that this test does not exclude at 5 % on either side." in jackknife.method


def test_one_correlation_a_seed(results, named):
    found = claim(results, named, pair=["seed"])
    each = [stats.spearmanr(SCORE[:, s], TRUTH[:, s]).statistic for s in range(5)]
    assert [one.value for one in found.observations] == pytest.approx(each, abs=1e-12)
    assert found.effect == pytest.approx(np.mean(each), abs=1e-12)
    assert "The mean of 5 correlations; the units are the levels of environment." in found.method
    assert "levels put in all 720 orders" in found.method


def test_seeds_as_units_have_the_tests_of_other_claims(results, named):
    found = claim(results, named, pair=["seed"], test="sign-flip")
    assert (found.p_claimed, found.num_units) == (2**-5, 5)
    each = [stats.spearmanr(SCORE[:, s], TRUTH[:, s]).statistic for s in range(5)]
    expected = stats.ttest_1samp(each, 0.5, alternative="greater").pvalue
    assert claim(results, named, pair=["seed"], test="t", above=0.5).p_claimed == pytest.approx(expected)


def test_below_and_two_sides(results, named):
    above, below = claim(results, named), claim(results, named, above=None, below=0.0)
    assert (above.p_claimed, above.holds, below.holds) == (below.p_opposite, True, False)
    assert claim(results, named, sides="two").p_claimed == min(1.0, 2 * above.p_claimed)


def test_a_metric_with_the_axis_itself(rehearsal, named):
    results = rehearsal(loss=({"size": [10, 100, 1000, 10000]}, [4.0, 3.0, 2.0, 1.0]))
    found = correlate(results, metric=named("loss"), axis="size", below=0.0)
    assert (found.effect, found.p_claimed) == (pytest.approx(-1.0), 1 / 24)
    numbers = correlate(results, metric=named("loss"), axis="size", below=0.0, coefficient="pearson")
    assert numbers.effect == pytest.approx(stats.pearsonr([10, 100, 1000, 10000], [4, 3, 2, 1]).statistic)


def test_missing_levels_block_or_are_dropped(rehearsal, named):
    truth = TRUTH.copy()
    truth[2, 3] = np.nan
    levels = {"environment": ENVIRONMENTS, "seed": [0, 1, 2, 3, 4]}
    results = rehearsal(truth=(levels, truth), score=(levels, SCORE))
    assert claim(results, named).untested == "1 of 6 levels lack a value (environment c)"
    dropped = claim(results, named, missing="drop")
    kept = [0, 1, 3, 4, 5]
    expected = stats.spearmanr(SCORE[kept].mean(axis=1), truth[kept].mean(axis=1)).statistic
    assert dropped.effect == pytest.approx(expected, abs=1e-12)
    assert dropped.missing == ("environment c",)
    assert dropped.method.endswith("Left out, for a value is missing there: environment c.")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"below": 0.5}, "above or below one number"),
        ({"above": 0.5}, "write `test: jackknife`"),
        ({"above": 0.5, "test": "studentized"}, "write `test: jackknife`"),
        ({"above": 1.0, "test": "fisher"}, "between -1 and 1"),
    ],
)
def test_wrong_bounds(results, named, wrong, words):
    with pytest.raises(ValueError, match=words):
        claim(results, named, **wrong)


@pytest.mark.parametrize(
    ("coefficient", "by_scipy"),
    [("spearman", stats.spearmanr), ("pearson", stats.pearsonr), ("kendall", stats.kendalltau)],
)
def test_with_a_field_of_named_levels(results, named, coefficient, by_scipy):
    rainfall = [3.0, 1.0, 4.0, 4.0, 5.0, 9.0]
    field = {"axis": "environment", "field": "rain", "values": dict(zip("abcdef", rainfall, strict=True))}
    found = correlate(
        results, metric=named("truth"), axis="environment", by=field, above=0.0, coefficient=coefficient
    )
    assert found.effect == pytest.approx(by_scipy(rainfall, TRUTH.mean(axis=1)).statistic, abs=1e-12)
    assert "with environment.rain over 6 levels" in found.finding


METHODS, RATES = list("abcde"), [1, 2, 3]
POINTS = {"method": METHODS, "rate": RATES, "seed": [0, 1]}
X, Y = (
    RNG.normal(size=(5, 1, 1)) + 0.5 * RNG.normal(size=(5, 3, 2)) + 0.3 * np.arange(3)[:, None] for _ in "xy"
)


def over_points(results, named, **more):
    return correlate(
        results,
        **{"metric": named("truth"), "against": named("score"), "axis": ["method", "rate"], "above": 0.0}
        | more,
    )


@pytest.fixture
def points(rehearsal):
    return rehearsal(truth=(POINTS, Y), score=(POINTS, X))


def test_every_combination_of_several_axes_is_a_point(points, named):
    found = over_points(points, named, coefficient="pearson", test="fisher")
    flat = stats.pearsonr(X.mean(axis=2).ravel(), Y.mean(axis=2).ravel())
    assert found.effect == pytest.approx(flat.statistic, abs=1e-12)
    assert found.interval == pytest.approx(tuple(flat.confidence_interval(0.9)), abs=1e-12)
    assert found.num_units == 15
    assert "over 15 points of method by rate" in found.finding


def test_methods_change_places_with_all_of_their_rates(points, named):
    found = over_points(points, named, pair=["seed"], coefficient="pearson", cluster="method")
    means = []
    for order in itertools.permutations(range(5)):
        each = [stats.pearsonr(X[..., s].ravel(), Y[list(order), :, s].ravel()).statistic for s in range(2)]
        means.append(np.mean(each))
    assert found.effect == pytest.approx(means[0], abs=1e-12)
    assert found.p_claimed == pytest.approx(np.mean(np.array(means) >= means[0] - 1e-9))
    assert (found.smallest_p, found.num_units) == (1 / 120, 5)
    assert (
        "the units are the levels of method. Test: 5 blocks of 3 points put in all 120 orders."
        in found.method
    )
    by_rate = over_points(points, named, pair=["seed"], cluster="rate")
    assert (by_rate.smallest_p, by_rate.num_units) == (1 / 6, 3)


def test_a_method_is_left_out_with_all_of_its_rates(points, named):
    given = {"coefficient": "pearson", "above": 0.1, "test": "jackknife"}
    found = over_points(points, named, cluster="method", **given)
    x, y = X.mean(axis=2), Y.mean(axis=2)

    def z(kept):
        return np.arctanh(stats.pearsonr(x[kept].ravel(), y[kept].ravel()).statistic)

    without = np.array([z([m for m in range(5) if m != left_out]) for left_out in range(5)])
    t = (z(list(range(5))) - np.arctanh(0.1)) / np.sqrt(4 * without.var())
    assert found.p_claimed == pytest.approx(stats.t.sf(t, 4))
    assert over_points(points, named, **given).num_units == 15


def test_methods_without_the_same_points_cannot_change_places(rehearsal, named):
    truth = Y.copy()
    truth[1, 2, :] = np.nan
    results = rehearsal(truth=(POINTS, truth), score=(POINTS, X))
    blocked = over_points(results, named, cluster="method")
    assert blocked.untested == "1 of 15 points lack a value (method b, rate 3)"
    dropped = over_points(results, named, cluster="method", missing="drop")
    assert "do not have the same points" in dropped.untested
    given = {"missing": "drop", "test": "jackknife", "coefficient": "pearson"}
    found = over_points(results, named, cluster="method", **given)
    assert (found.num_units, found.missing) == (5, ("method b, rate 3",))
    assert "over 14 points" in found.finding


def test_runs_as_units_of_points(points, named):
    found = over_points(points, named, pair=["seed"], test="sign-flip", cluster="seed")
    assert (found.num_units, found.smallest_p) == (2, 2**-2)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"against": None}, "no number of their own"),
        ({"cluster": "method", "test": "fisher"}, "has no use for the cluster 'method'"),
        ({"cluster": "seed", "pair": ["seed"]}, "has no use for the cluster 'seed'"),
    ],
)
def test_what_points_cannot_be_asked(points, named, wrong, words):
    with pytest.raises(ValueError, match=words):
        over_points(points, named, **wrong)
