import numpy as np
import pytest
from scipy import stats

from heldout.runtime.machine.verdicts.verdicts import examine
from tests.fixtures.claims import as_written
from tests.fixtures.rows import columns, predictions, results_of_rows, row_metric

compare_rows = as_written("compare-rows")
BOTH = {"axis": "method", "greater": "b", "less": "a"}
LEVELS = {"method": ["a", "b"], "seed": [0, 1, 2]}


def claim(results, metric="exact", kind="Dataset", **more):
    return compare_rows(results, metric=row_metric(metric, kind), **(BOTH | {"runs": "seed"} | more))


def crossed(rng, rows=30, seeds=3):
    """Numbers by method, seed and row."""
    return rng.normal(size=(2, 1, rows)) + rng.normal(size=(2, seeds, 1)) + rng.normal(size=(2, seeds, rows))


def records(values):
    return [columns(exact=row) for row in values.reshape(-1, values.shape[-1])]


def test_mcnemar_decides_between_two_models():
    right = np.array([[0, 0, 0, 0, 0, 1, 1, 0], [1, 1, 1, 1, 1, 0, 1, 0]], dtype=float)
    found = claim(results_of_rows({"method": ["a", "b"]}, records(right[:, None])), runs=None)
    assert found.effect == pytest.approx(4 / 8)
    assert found.p_claimed == pytest.approx(7 / 64)  # five of six in which just one is right
    assert found.num_units == 8
    assert "first alone is right in 5 examples, the second in 1" in found.method
    assert found.method.endswith("It is about these very models, on other rows drawn as these were.")
    low, high = stats.t.interval(0.9, 3, 0.5, stats.sem(right[1] - right[0]))  # three rows are unlike most
    assert found.interval == pytest.approx((low, high), rel=1e-5)


def test_runs_and_rows_are_crossed():
    values = crossed(np.random.default_rng(0))
    found = claim(results_of_rows(LEVELS, records(values)))
    difference = values[1] - values[0]
    assert found.effect == pytest.approx(difference.mean())
    assert [one.value for one in found.observations] == pytest.approx(difference.mean(axis=1).tolist())
    assert [one.coordinates for one in found.observations] == [{"seed": seed} for seed in range(3)]
    # No test of the rows alone, or of the runs alone, is as unsure.
    rows = stats.ttest_1samp(difference.mean(axis=0), 0).pvalue
    assert 2 * min(found.p_claimed, found.p_opposite) > rows
    assert "of 3 runs crossed with 30 units" in found.method


def test_rows_may_come_in_any_order_and_in_part():
    values = crossed(np.random.default_rng(1))
    order = np.random.default_rng(2).permutation(30)
    mixed = records(values)
    mixed[4] = columns(ids=order, exact=values[1, 1, order])
    assert (
        claim(results_of_rows(LEVELS, mixed)).p_claimed
        == claim(results_of_rows(LEVELS, records(values))).p_claimed
    )
    # The seed 2 has 20 rows of its own, and 10 that the others have too.
    apart = records(values)
    for place in (2, 5):
        apart[place] = columns(ids=range(20, 50), exact=values[place // 3, 2])
    found = claim(results_of_rows(LEVELS, apart))
    assert found.num_units == 50
    assert found.effect == pytest.approx((values[1] - values[0]).mean())


def test_rows_of_one_query_are_one_unit():
    values = crossed(np.random.default_rng(3), rows=6)
    twice = [columns(exact=np.repeat(row, 2), query=[f"q{i}" for i in np.repeat(range(6), 2)]) for row in
             values.reshape(-1, 6)]  # fmt: skip
    once = [columns(exact=row, query=[f"q{i}" for i in range(6)]) for row in values.reshape(-1, 6)]
    by_query = claim(results_of_rows(LEVELS, twice), unit="query")
    assert by_query.num_units == 6
    assert by_query.p_claimed == pytest.approx(claim(results_of_rows(LEVELS, once), unit="query").p_claimed)
    assert claim(results_of_rows(LEVELS, twice)).p_claimed != pytest.approx(by_query.p_claimed)


def test_axes_that_are_not_named_are_averaged_within_a_run():
    values = crossed(np.random.default_rng(4), seeds=6)
    levels = {"method": ["a", "b"], "seed": [0, 1, 2], "width": [8, 16]}
    found = claim(results_of_rows(levels, records(values)))
    means = (values[1] - values[0]).reshape(3, 2, 30).mean(axis=1)
    assert [one.value for one in found.observations] == pytest.approx(means.mean(axis=1).tolist())
    kept = claim(results_of_rows(levels, records(values)), where={"width": 16})
    assert kept.effect == pytest.approx((values[1] - values[0])[1::2].mean())


def test_areas_are_compared_by_delongs_covariance():
    rng = np.random.default_rng(5)
    label = np.arange(40) % 2
    scores = [rng.normal(size=40) + label, rng.normal(size=40) + 2 * label]
    found = claim(
        results_of_rows({"method": ["a", "b"]}, [predictions(s, label) for s in scores]),
        "auroc",
        "Predictions",
        runs=None,
    )
    wins = [(s[label == 1][:, None] > s[label == 0]).astype(float) for s in scores]
    gap = wins[1] - wins[0]
    error = np.sqrt(np.var(gap.mean(axis=1), ddof=1) / 20 + np.var(gap.mean(axis=0), ddof=1) / 20)
    assert found.effect == pytest.approx(gap.mean())
    assert found.p_claimed == pytest.approx(stats.t.sf(gap.mean() / error, 19))


def test_predictions_have_accuracy_and_likelihood():
    label = np.array([0, 1, 1, 0])
    results = results_of_rows(
        {"method": ["a", "b"]}, [predictions([1.0, 1.0, -1.0, -1.0], label), predictions([-2.0] * 4, label)]
    )
    assert claim(results, "accuracy", "Predictions", runs=None).effect == 0
    found = claim(results, "nll", "Predictions", runs=None)
    # log(1 + e^s) less s where the label is 1.
    first = 2 * (np.log1p(np.exp(1)) + np.log1p(np.exp(-1))) / 4
    second = 2 * (np.log1p(np.exp(-2)) + np.log1p(np.exp(2))) / 4
    assert found.effect == pytest.approx(second - first)


def test_a_model_without_records_blocks_or_its_run_is_dropped():
    given = records(crossed(np.random.default_rng(6), seeds=4))
    given[5] = None
    results = results_of_rows(LEVELS | {"seed": [0, 1, 2, 3]}, given)
    blocked = claim(results)
    assert blocked.untested == "1 of 4 observations are missing (seed 1)"
    dropped = claim(results, missing="drop")
    assert [one.coordinates["seed"] for one in dropped.observations] == [0, 2, 3]


@pytest.mark.parametrize(
    ("records", "more", "said"),
    [
        ([columns(exact=[1, 0]), columns(ids=[0, 7], exact=[1, 1])], {}, "b and a are scored on other rows"),
        ([columns(wrong=[1, 0])] * 2, {}, "no column 'exact'; there are id, wrong"),
        ([columns(exact=["x", "y"])] * 2, {}, "holds no numbers (string)"),
        ([columns(exact=[1, float("nan")])] * 2, {}, "exact is not finite in 1 rows"),
        ([columns(exact=[1, 0])] * 2, {"unit": "query"}, "no column 'query'"),
        ([columns(exact=[1])] * 2, {}, "where there is one unit"),
    ],
)
def test_records_that_it_cannot_be_about_leave_it_untested(records, more, said):
    parameters = {"metric": row_metric("exact", "Dataset"), **BOTH, "runs": None, **more}
    results = results_of_rows({"method": ["a", "b"]}, records)
    found = examine({"id": "x", "kind": "compare-rows", "parameters": parameters}, results)
    assert said in found.untested
