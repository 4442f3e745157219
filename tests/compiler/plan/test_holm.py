import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from heldout.compiler.plan.holm import holm
from heldout.runtime.statistics.holm import holm as holm_of_the_runtime


def test_holm_by_hand():
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    # Never smaller than the correction that controls less.
    p_values = [0.001, 0.2, 0.03, 0.5, 0.04]
    for ours, theirs in zip(holm(p_values), false_discovery_control(p_values), strict=True):
        assert ours >= theirs - 1e-12


@settings(deadline=None)
@given(st.lists(st.floats(0, 1)))
def test_a_study_compiles_by_the_correction_that_its_verdicts_get(p_values):
    assert holm(p_values) == holm_of_the_runtime(p_values)
