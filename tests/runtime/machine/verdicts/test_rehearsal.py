import numpy as np

from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis

AXES = (Axis("method", ("erm", "coral")), Axis("seed", (0, 1, 2)))
METRIC = {"stage": "score", "port": "table", "metric": "accuracy"}


def test_what_is_given_is_what_the_grid_has():
    values = np.array([1.0, 2.0, np.nan, 4.0, 5.0, 6.0])
    results = rehearsed({"score": whole_stage("score", AXES)}, {("score", "table", "accuracy"): values})
    np.testing.assert_array_equal(results.grid(METRIC).values, values.reshape(2, 3))
    assert results.grid(METRIC).exists.all()


def test_a_curve_has_steps_and_its_last_value_counts():
    curve = np.arange(12.0).reshape(6, 2)
    results = rehearsed({"score": whole_stage("score", AXES)}, {("score", "table", "accuracy"): curve})
    np.testing.assert_array_equal(results.grid(METRIC).values, curve[:, 1].reshape(2, 3))
    assert results.rows(METRIC)["step"].to_pylist() == [1, 2] * 6
