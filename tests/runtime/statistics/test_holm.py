import numpy as np
import pytest

from heldout.runtime.statistics.holm import holm, level_left


def test_holm_by_hand():
    # Sorted 0.01 0.02 0.03 0.04 times 4 3 2 1: 0.04 0.06 0.06 0.04, then never falling.
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
    assert holm([0.05]) == [0.05]


def test_holm_is_never_below_the_single_p_and_never_above_bonferroni():
    p_values = np.random.default_rng(0).uniform(size=50).tolist()
    for adjusted, single in zip(holm(p_values), p_values, strict=True):
        assert single <= adjusted <= min(1.0, 50 * single)


def test_what_holm_leaves_by_hand():
    # Of four tests at 0.05, 0.001 and 0.01 are rejected at 0.0125 and 0.0167, and 0.04 is not at 0.025.
    p_values = [0.04, 0.001, 0.9, 0.01]
    assert level_left(p_values, 0, 0.05) == pytest.approx(0.05 / 2)
    assert level_left(p_values, 1, 0.05) == pytest.approx(0.05 / 3)  # 0.01 is rejected without it
    assert level_left([0.04], 0, 0.05) == 0.05


def test_a_test_is_rejected_exactly_where_p_is_at_most_what_is_left():
    rng = np.random.default_rng(1)
    for _ in range(500):
        p_values = (rng.uniform(size=6) ** 4).tolist()
        for which, adjusted in enumerate(holm(p_values)):
            assert (adjusted <= 0.05) == (p_values[which] <= level_left(p_values, which, 0.05))
