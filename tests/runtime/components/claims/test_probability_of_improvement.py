import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

improvement = as_written("probability-of-improvement")
LEVELS = {"task": [0, 1, 2, 3, 4], "method": ["a", "b"], "seed": [0, 1, 2]}
BOTH = {"axis": "method", "greater": "b", "less": "a", "runs": "seed", "pair": ["task"]}


def claim(results, metric, **more):
    return improvement(results, metric=metric, **(BOTH | more))


def test_pairs_of_runs_are_counted_by_hand(results_of, metric):
    # Of nine pairs of runs, b is above in 9, 6, 5.5 (a tie), 0 and 9.
    a = [[1, 2, 3], [1, 4, 2], [1, 2, 9], [4, 5, 6], [0, 0, 0]]
    b = [[4, 5, 6], [3, 3, 3], [2, 3, 3], [1, 2, 3], [1, 1, 1]]
    values = np.stack([a, b], axis=1).astype(float)
    found = claim(results_of(LEVELS, values), metric)
    shares = [9 / 9, 6 / 9, 5.5 / 9, 0.0, 1.0]
    assert [one.value for one in found.observations] == pytest.approx(shares)
    assert found.effect == pytest.approx(np.mean(shares))
    assert found.num_units == 5
    counted = [stats.mannwhitneyu(y, x).statistic / 9 for x, y in zip(a, b, strict=True)]
    assert counted == pytest.approx(shares)


def test_tasks_are_the_units(results_of, metric):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(5, 2, 3)) + np.array([0.0, 5.0])[:, None]
    found = claim(results_of(LEVELS, values), metric)
    assert (found.effect, found.p_claimed) == (1.0, 2**-5)  # all five tasks, however many runs
    assert found.holds


def test_a_missing_run_blocks_its_task_or_is_dropped(results_of, metric):
    values = np.random.default_rng(1).normal(size=(5, 2, 3))
    values[1, 0, 2] = np.nan
    results = results_of(LEVELS, values)
    assert claim(results, metric).untested == "1 of 5 observations are missing (task 1)"
    kept = claim(results, metric, missing="drop").observations[1].value
    above = values[1, 1][None, :] > values[1, 0, :2][:, None]
    assert kept == pytest.approx(above.mean())


def test_the_interval_of_these_very_tasks_has_no_width_where_all_runs_win(results_of, metric):
    values = np.zeros((5, 2, 3)) + np.array([0.0, 1.0])[:, None]
    assert (
        "stratified bootstrap): 95 % interval 1.000 to 1.000."
        in claim(results_of(LEVELS, values), metric).method
    )
