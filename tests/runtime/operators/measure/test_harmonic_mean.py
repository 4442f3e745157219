import pytest

from heldout.runtime.artifacts import Scalar
from heldout.runtime.operators.measure.harmonic_mean import harmonic_mean


def of(*values):
    return harmonic_mean([Scalar(value) for value in values]).scalar("harmonic_mean")


def test_two_values_by_hand():
    assert of(0.5, 1.0) == pytest.approx(2 * 0.5 * 1.0 / (0.5 + 1.0))


def test_three_values_by_hand():
    assert of(1.0, 0.5, 0.25) == pytest.approx(3 / (1 + 2 + 4))


def test_one_value_of_zero_makes_it_zero():
    assert of(0.0, 1.0) == 0.0


def test_values_below_zero_and_none_are_refused():
    with pytest.raises(ValueError, match=r"below zero, got -0\.5"):
        of(-0.5, 1.0)
    with pytest.raises(ValueError, match="no values"):
        of()
