import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written
from tests.fixtures.rows import columns, results_of_rows, row_metric

threshold_rows = as_written("threshold-rows")


def claim(results, **more):
    return threshold_rows(results, metric=row_metric("exact", "Dataset"), **({"runs": None} | more))


def test_one_model_is_decided_by_the_binomial_distribution():
    right = np.array([1] * 17 + [0] * 3)
    found = claim(results_of_rows({}, [columns(exact=right)]), above=0.6)
    assert found.effect == pytest.approx(0.85)
    assert found.p_claimed == pytest.approx(stats.binomtest(17, 20, 0.6, "greater").pvalue)
    assert found.interval == pytest.approx(tuple(stats.binomtest(17, 20).proportion_ci(0.9)))
    assert claim(results_of_rows({}, [columns(exact=right)]), below=0.6).p_opposite == found.p_claimed


def test_several_runs_are_crossed_with_rows():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(1, 40)) + rng.normal(size=(3, 1)) + rng.normal(size=(3, 40))
    results = results_of_rows({"seed": [0, 1, 2]}, [columns(exact=row) for row in values])
    again, these = claim(results, runs="seed", above=-1), claim(results, above=-1)
    assert again.effect == these.effect == pytest.approx(values.mean())
    # Models that are trained again vary too.
    widths = [found.interval[1] - found.interval[0] for found in (again, these)]
    assert widths[0] > widths[1]
    assert widths[1] / 2 == pytest.approx(
        stats.t.isf(0.05, 39) * values.mean(axis=0).std(ddof=1) / np.sqrt(40), rel=1e-5
    )


def test_one_run_does_not_say_how_runs_vary():
    found = claim(results_of_rows({"seed": [0]}, [columns(exact=[1, 0, 1])]), runs="seed", above=0.1)
    assert found.untested == "one level of seed does not say how runs vary: write `runs: null`"
