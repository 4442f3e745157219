import numpy as np
import pytest
from scipy import stats

from tests.fixtures.claims import as_written

at_chance = as_written("at-chance")
LEVELS = {"held_out": ["a", "b", "c", "d"], "seed": [0, 1, 2]}
VALUES = 0.1 + 0.005 * np.random.default_rng(0).normal(size=(4, 3))


def test_near_chance_is_at_chance(results_of, metric):
    found = at_chance(
        results_of(LEVELS, VALUES), metric=metric, chance=0.1, margin=0.02, pair=["held_out", "seed"]
    )
    assert (found.holds, found.p_claimed) == (True, 2**-12)
    assert found.effect == pytest.approx(VALUES.mean(), abs=1e-12)
    assert "where chance is 0.1" in found.finding
    assert found.finding.endswith("12 of 12 values lie within 0.02 of 0.1.")


def test_clusters_and_t(results_of, metric):
    found = at_chance(
        results_of(LEVELS, VALUES),
        metric=metric,
        chance=0.1,
        margin=0.02,
        pair=["held_out", "seed"],
        cluster="held_out",
        test="t",
    )
    means = VALUES.mean(axis=1)
    above = stats.ttest_1samp(means, 0.08, alternative="greater").pvalue
    below = stats.ttest_1samp(means, 0.12, alternative="less").pvalue
    assert found.p_claimed == pytest.approx(max(above, below), rel=1e-9)


def test_worse_than_chance_is_not_at_chance(results_of, metric):
    found = at_chance(
        results_of(LEVELS, VALUES - 0.05), metric=metric, chance=0.1, margin=0.02, pair=["held_out", "seed"]
    )
    assert (found.holds, found.p_opposite) == (False, 2 * 2**-12)
