import numpy as np
import pytest

from tests.fixtures.claims import as_written

threshold = as_written("threshold")
LEVELS = {"held_out": ["a", "b", "c", "d", "e"], "seed": [0, 1]}
VALUES = np.array([[0.8, 0.9], [0.7, 0.8], [0.9, 0.9], [0.75, 0.85], [0.85, 0.95]])


def test_above(results_of, metric):
    found = threshold(results_of(LEVELS, VALUES), metric=metric, above=0.6, pair=["held_out", "seed"])
    assert found.effect == pytest.approx(VALUES.mean(), abs=1e-12)
    assert (found.null, found.holds, found.p_claimed) == (0.6, True, 2**-10)
    assert found.finding.endswith("10 of 10 values lie above 0.6.")


def test_below_looks_the_other_way(results_of, metric):
    found = threshold(results_of(LEVELS, VALUES), metric=metric, below=0.6, pair=["held_out", "seed"])
    assert (found.holds, found.p_claimed, found.p_opposite) == (False, 1.0, 2**-10)


def test_clusters_by_hand(results_of, metric):
    # Cluster means 0.85 0.75 0.9 0.8 0.9 against 0.78: distances in hundredths 7 -3 12 2 12.
    # Of the 32 signed sums, those of at least 30: all up (36), the 2 down (32), the 3 down (30).
    found = threshold(
        results_of(LEVELS, VALUES), metric=metric, above=0.78, pair=["held_out", "seed"], cluster="held_out"
    )
    assert found.p_claimed == 3 / 32


@pytest.mark.parametrize("wrong", [{}, {"above": 0.1, "below": 0.2}])
def test_exactly_one_number_is_needed(results_of, metric, wrong):
    with pytest.raises(ValueError, match="above or below one number"):
        threshold(results_of(LEVELS, VALUES), metric=metric, pair=["seed"], **wrong)
