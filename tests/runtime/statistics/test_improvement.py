import itertools

import numpy as np
import pytest

from heldout.runtime.statistics.improvement import stratified_interval, wins


def test_wins_by_hand():
    found = wins(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    assert found.tolist() == [[0.5, 1.0], [1.0, 1.0]]


def test_a_missing_run_wins_against_none():
    assert np.isnan(wins(np.array([np.nan, 2.0]), np.array([1.0]))[0, 0])


def test_the_bootstrap_has_the_quantiles_of_all_draws():
    won = wins(np.array([[1.0, 4.0]]), np.array([[2.0, 3.0]]))
    # Two runs of either side, drawn twice each: 16 draws, in order of which four have no win or all.
    drawn = sorted(
        won[0][np.ix_(rows, columns)].mean()
        for rows in itertools.product((0, 1), repeat=2)
        for columns in itertools.product((0, 1), repeat=2)
    )
    assert (drawn[0], drawn[-1]) == (0.0, 1.0)
    assert stratified_interval(won) == pytest.approx((0.0, 1.0))
    # A quarter of all draws is 0 in one task, and a sixteenth in two.
    assert stratified_interval(np.concatenate([won] * 6))[0] > 0
