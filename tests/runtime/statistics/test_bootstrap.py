import itertools

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.statistics import bootstrap
from heldout.runtime.statistics.bootstrap import bootstrap_interval

VALUES = np.array([1.0, 2.0, 9.0, 4.0, 5.0, 60.0])  # of two tasks, three runs each
TASK, RUN = np.divmod(np.arange(6), 3)


@pytest.mark.parametrize(
    ("statistic", "independent"),
    [("median", np.median), ("iqm", lambda values: stats.trim_mean(values, 0.25)), ("mean", np.mean)],
)
def test_it_has_the_quantiles_of_all_draws(statistic, independent):
    # Every task's three runs are drawn again in 27 ways: 729 draws in all.
    ways = [list(way) for way in itertools.product(range(3), repeat=3)]
    first, second = VALUES[:3], VALUES[3:]
    drawn = [independent(np.concatenate([first[a], second[b]])) for a, b in itertools.product(ways, ways)]
    expected = np.quantile(drawn, [0.025, 0.975])
    step = np.diff(np.unique(drawn)).max()  # a draw of 2,000 may lie one value beside
    assert bootstrap_interval(VALUES, RUN, TASK, statistic) == pytest.approx(expected, abs=step)


def test_whole_units_are_drawn_with_all_their_values():
    # The units are 0 0 0 and 8: the medians of both draws that have one of either are 0.
    unit = np.array([0, 0, 0, 1])
    low, high = bootstrap_interval(np.array([0.0, 0.0, 0.0, 8.0]), unit, np.zeros(4), "median")
    assert (low, high) == (0.0, 8.0)
    same = bootstrap_interval(np.array([0.0, 0.0, 0.0, 0.0]), unit, np.zeros(4), "iqm")
    assert same == (0.0, 0.0)


def test_one_unit_has_no_interval():
    assert np.isnan(bootstrap_interval(np.array([1.0, 2.0]), np.zeros(2), np.arange(2), "iqm")).all()


def test_draws_in_parts_are_draws(monkeypatch):
    whole = bootstrap_interval(VALUES, RUN, TASK, "mean")
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", 100 * len(VALUES))
    step = np.ptp(VALUES) / len(VALUES)
    assert bootstrap_interval(VALUES, RUN, TASK, "mean") == pytest.approx(whole, abs=step)
