import pytest

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operators.select.best import best

TABLES = [Table.of({"trial": float(number)}) for number in range(4)]


def criteria(*values):
    return [None if value is None else Scalar(value) for value in values]


@pytest.mark.parametrize(
    ("values", "direction", "index"),
    [
        ((0.1, 0.7, 0.3, 0.2), "max", 1),
        ((0.1, 0.7, 0.3, 0.2), "min", 0),
        ((0.5, 0.7, 0.7, 0.7), "max", 1),  # the first of equal ones
        ((0.5, 0.2, 0.2, 0.9), "min", 1),
        ((None, 0.1, None, 0.2), "max", 3),
        ((float("nan"), 0.1, 0.2, float("nan")), "max", 2),
        ((float("-inf"), -2.0, -1.0, -3.0), "max", 2),
    ],
)
def test_the_best_is_kept_and_said(values, direction, index):
    chosen = best(TABLES, criteria(*values), direction=direction)
    assert chosen.best is TABLES[index]
    assert chosen.choice.scalar("index") == index
    assert chosen.choice.scalar("criterion") == values[index]


def test_a_failed_candidate_is_skipped_though_its_criterion_is_there():
    chosen = best([TABLES[0], None, TABLES[2]], criteria(0.1, 0.9, 0.5))
    assert chosen.best is TABLES[2]
    assert chosen.choice.scalar("index") == 2


def test_nothing_left_is_an_error():
    with pytest.raises(ValueError, match="none of the 2 candidates is left"):
        best([None, TABLES[0]], criteria(0.5, None))


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="4 candidates have 1 criteria"):
        best(TABLES, criteria(0.5))
