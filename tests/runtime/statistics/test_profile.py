import itertools

import numpy as np
import pytest

from heldout.runtime.statistics.improvement import DRAWS
from heldout.runtime.statistics.profile import profile, profile_bands

SCORES = np.array([0.0, 1.0, 2.5, 4.0])


def test_a_profile_by_hand():
    # Of 1, 2, 3 and 4 all are above 0, three above 1 (and not 1 itself), two above 2.5, none above 4.
    assert profile(np.array([4.0, 1.0, 3.0, 2.0]), SCORES).tolist() == [1.0, 0.75, 0.5, 0.0]


def test_bands_are_the_quantiles_of_all_draws():
    # Two tasks of three runs each: every task's runs are drawn again, three of three, in 27 ways.
    tasks = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]])
    task, run = np.divmod(np.arange(6), 3)
    ways = list(itertools.product(range(3), repeat=3))
    shares = np.array(
        [
            profile(np.concatenate([tasks[0][list(a)], tasks[1][list(b)]]), SCORES)
            for a, b in itertools.product(ways, ways)
        ]
    )
    low, high = profile_bands(tasks.ravel(), SCORES, run, task)
    expected = np.quantile(shares, [0.025, 0.975], axis=0)
    assert low == pytest.approx(expected[0], abs=0)
    assert high == pytest.approx(expected[1], abs=0)
    assert len(shares) < DRAWS


def test_whole_units_are_drawn_with_all_their_values():
    # Two units of two values each, all of which agree within a unit: a share is 0, a half or 1.
    low, high = profile_bands(
        np.array([1.0, 1.0, 3.0, 3.0]), np.array([2.0]), np.array([0, 0, 1, 1]), np.zeros(4, dtype=int)
    )
    assert (low.tolist(), high.tolist()) == ([0.0], [1.0])


def test_one_unit_has_no_band():
    low, high = profile_bands(np.array([1.0, 2.0]), SCORES, np.array([0, 0]), np.array([0, 1]))
    assert np.isnan(low).all()
    assert np.isnan(high).all()
