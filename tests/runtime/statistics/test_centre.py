import numpy as np
import pytest
from scipy.stats import trim_mean

from heldout.runtime.statistics.centre import centre, effect_of


def test_padding_is_left_out():
    values = np.array([[1.0, 2.0, 9.0, np.nan], [4.0, np.nan, np.nan, np.nan]])
    assert centre(values, "mean").tolist() == [4.0, 4.0]  # (1 + 2 + 9) / 3
    assert centre(values, "median").tolist() == [2.0, 4.0]


@pytest.mark.parametrize("count", [1, 4, 7, 30])
def test_the_interquartile_mean_is_scipys_trimmed_mean(count):
    values = np.random.default_rng(count).normal(size=count)
    assert centre(values, "iqm") == pytest.approx(trim_mean(values, 0.25), abs=1e-15)
    padded = np.concatenate([values, np.full(5, np.nan)])
    assert centre(padded, "iqm") == pytest.approx(trim_mean(values, 0.25), abs=1e-15)


def test_the_mean_weighs_units_equally():
    # Unit 0 has mean 1 over three observations, unit 1 has 5 over one: (1 + 5) / 2.
    values, unit = np.array([0.0, 1.0, 2.0, 5.0]), np.array([0, 0, 0, 1])
    assert effect_of(values, unit, "mean") == 3.0
    assert effect_of(values, unit, "median") == 1.5
