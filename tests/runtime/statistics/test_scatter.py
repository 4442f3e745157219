import numpy as np
import pytest

from heldout.runtime.statistics.scatter import detectable_factor, deviations, excess, smallest_exchange_p
from heldout.runtime.statistics.sign_flip import sign_flip


def test_deviations_by_hand_and_of_the_runs_that_there_are():
    runs = np.array([[1.0, 2.0, 4.0, 9.0], [1.0, np.nan, 4.0, 9.0], [np.nan] * 4])
    found = deviations(runs)
    assert found[0].tolist() == [2, 1, 1, 6]  # from 3
    assert found[1, [0, 2, 3]].tolist() == [3, 0, 5] and np.isnan(found[1, 1])
    assert np.isnan(found[2]).all()


def test_an_excess_is_a_share_of_what_both_deviate():
    wide, narrow = np.array([[2.0, 4.0], [200.0, 400.0], [0.0, 0.0]]), np.array([[1.0, 1.0]] * 3)
    narrow[1:] = [[100.0, 100.0], [0.0, 0.0]]
    # Means of 3 and 1, twice the second: 5.
    assert excess(wide, narrow, 2.0).tolist() == [[0.0, 0.4], [0.0, 0.4], [0.0, 0.0]]


@pytest.mark.parametrize("test", ["sign-flip", "t"])
def test_the_factor_that_is_said_is_found(test):
    factor = detectable_factor(8, 0.05, test, 0.8)
    rng = np.random.default_rng(5)
    found = []
    for _ in range(400):
        wide, narrow = deviations(rng.normal(size=(2, 8)) * np.array([[factor], [1.0]]))
        found.append(sign_flip(excess(wide, narrow, 1.0), np.arange(8)).p_greater <= 0.05)
    assert np.mean(found) == pytest.approx(0.8, abs=0.08)


def test_too_few_runs_find_nothing():
    assert detectable_factor(4, 0.05, "sign-flip", 0.8) is None
    assert detectable_factor(40, 0.05, "sign-flip", 0.8) < detectable_factor(8, 0.05, "sign-flip", 0.8)


@pytest.mark.parametrize("num_runs", [5, 6, 7, 8])
def test_the_smallest_p_value_of_runs_of_one_setting(num_runs):
    # One side deviates a hundred times as much, in other runs than the other or in the same.
    runs = np.arange(num_runs)
    wide, narrow = deviations(np.stack([100.0 * runs, runs]))
    found = [
        sign_flip(excess(wide, np.roll(narrow, shift), 1.0), runs).p_greater for shift in range(num_runs)
    ]
    assert min(found) == smallest_exchange_p(num_runs)
