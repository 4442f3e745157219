import pytest

from heldout.runtime.components.regression_objectives.erm import erm


def test_the_mean_over_domains_examples_and_outputs(case, risks):
    assert erm(*case).item() == pytest.approx(risks.mean())
