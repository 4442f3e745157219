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
