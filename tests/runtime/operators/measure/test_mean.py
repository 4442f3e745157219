import pytest

from heldout.runtime.artifacts import Scalar
from heldout.runtime.operators.measure.mean import mean

VALUES = [Scalar(0.1), Scalar(0.2), Scalar(0.6)]


def test_by_hand():
    assert mean(VALUES).scalar("mean") == pytest.approx(0.9 / 3)


def test_the_order_does_not_matter():
    # In floating point (0.1 + 0.2) + 0.3 is not 0.1 + (0.2 + 0.3); the sum is exact until rounded.
    numbers = [Scalar(0.1), Scalar(0.2), Scalar(0.3), Scalar(1e16), Scalar(-1e16)]
    assert mean(numbers).scalar() == mean(numbers[::-1]).scalar() == pytest.approx(0.6 / 5)


def test_missing_cells():
    with pytest.raises(ValueError, match="1 of 4 values are missing"):
        mean([*VALUES, None])
    assert mean([None, *VALUES], missing="skip").scalar() == mean(VALUES).scalar()


@pytest.mark.parametrize("values", [[], [None]])
def test_nothing_has_no_mean(values):
    with pytest.raises(ValueError, match="no values to take the mean of"):
        mean(values, missing="skip")
