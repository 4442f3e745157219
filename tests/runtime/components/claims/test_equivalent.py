import numpy as np
import pytest

from tests.fixtures.claims import as_written

equivalent = as_written("equivalent")
LEVELS = {"held_out": [0, 15, 30, 45, 60], "method": ["erm", "coral"], "seed": [0, 1]}


def claim(results, metric, margin=0.05, **more):
    given = {"axis": "method", "level": "coral", "reference": "erm", "pair": ["held_out", "seed"]} | more
    return equivalent(results, metric=metric, margin=margin, **given)


def values(gap):
    rng = np.random.default_rng(0)
    return rng.uniform(0.5, 0.9, size=(5, 1, 2)) + np.array([0.0, gap]).reshape(1, 2, 1)


def test_no_difference_is_within_the_margin(results_of, metric):
    found = claim(results_of(LEVELS, values(0.01)), metric, cluster="held_out")
    assert found.effect == pytest.approx(0.01, abs=1e-12)
    assert (found.holds, found.p_claimed, found.num_units) == (True, 2**-5, 5)
    assert len(found.observations) == 10
    assert found.finding.startswith("coral minus erm, accuracy: mean 0.01")


def test_a_large_difference_is_outside_in_both_directions(results_of, metric):
    for gap in (0.1, -0.1):
        found = claim(results_of(LEVELS, values(gap)), metric)
        assert (found.holds, found.p_opposite) == (False, 2 * 2**-10)


def test_a_missing_cell_blocks_is_dropped_or_counts_against(results_of, metric):
    # Ten differences of 0.01, one lost. Dropped, nine remain: 2^-9. Against, it lies as far beyond
    # each edge as the nine lie inside: of 2^10 sign patterns, 1 + 10 have at most one negative.
    gone = values(0.01)
    gone[2, 1, 0] = np.nan
    results = results_of(LEVELS, gone)
    assert claim(results, metric).untested
    assert claim(results, metric, missing="drop").p_claimed == 2**-9
    assert claim(results, metric, missing="against").p_claimed == 11 * 2**-10
