import math

import pytest
from scipy.stats import false_discovery_control

from heldout.compiler.plan.design import Design
from heldout.compiler.plan.smallest_p import holm, reach_of


def design(num_held_out=4, num_seeds=3, num_levels=5):
    keys = [(str(h), str(s)) for h in range(num_held_out) for s in range(num_seeds)]
    levels = frozenset((str(level),) for level in range(num_levels))
    return Design(("held_out", "seed"), ("size",), levels, dict.fromkeys(keys, levels))


@pytest.mark.parametrize(
    ("rule", "parameters", "count", "smallest"),
    [
        ("sign-flip", {}, 12, 2.0**-12),
        ("sign-flip", {"cluster": "held_out"}, 4, 2.0**-4),
        ("sign-flip", {"cluster": "held_out", "sides": "two"}, 4, 2.0**-3),
        ("sign-flip", {"cluster": "held_out", "test": "t"}, 4, 0.0),
        ("equivalence", {"cluster": "held_out"}, 4, 2.0**-4),
        ("fit", {"cluster": "seed"}, 3, 2.0**-3),
        ("permutation", {"axis": "size", "test": "permutation"}, 5, 1 / math.factorial(5)),
        ("permutation", {"axis": "size", "test": "permutation", "sides": "two"}, 5, 2 / math.factorial(5)),
        ("permutation", {"axis": "size", "test": "fisher"}, 5, 0.0),
        ("permutation", {"axis": "size", "test": "sign-flip", "cluster": "seed"}, 3, 2.0**-3),
        ("none", {}, 12, 0.0),
        (None, {}, 12, 0.0),
    ],
)
def test_reach(rule, parameters, count, smallest):
    reach = reach_of(rule, parameters, design())
    assert (reach.count, reach.p) == (count, smallest)


def test_kendall_needs_a_level_more():
    four = design(num_levels=4)
    fisher = {"axis": "size", "test": "fisher"}
    assert reach_of("permutation", fisher, four).p == 0.0
    assert reach_of("permutation", fisher | {"coefficient": "kendall"}, four).p == 1.0


def test_how_many_would_be_enough():
    reach = reach_of("sign-flip", {"cluster": "held_out"}, design())
    assert reach.enough(lambda p: p <= 0.05) == 5
    assert reach.enough(lambda p: p <= 0.0001) == 14  # 2^-13 is 0.00012
    assert reach.enough(lambda p: p < 0) is None


def test_holm_by_hand():
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    # Never smaller than the correction that controls less.
    p_values = [0.001, 0.2, 0.03, 0.5, 0.04]
    for ours, theirs in zip(holm(p_values), false_discovery_control(p_values), strict=True):
        assert ours >= theirs - 1e-12
