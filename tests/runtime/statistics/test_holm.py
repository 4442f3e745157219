import numpy as np
import pytest

from heldout.runtime.statistics.holm import holm


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
