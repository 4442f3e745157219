import math

import pytest

from heldout.runtime.artifacts import Scalar
from heldout.runtime.operators.measure.rank_correlation import rank_correlation


def tiny(tmp_path, hub):
    return {"x": numbers(1, 2, 3), "y": numbers(1, 3, 2)}


def numbers(*values):
    return [None if value is None else Scalar(value) for value in values]


def test_four_cells_by_hand():
    found = rank_correlation(numbers(1, 2, 3, 4), numbers(1, 3, 2, 100))
    # Ranks of y are 1, 3, 2, 4: differences 0, 1, -1, 0 give 1 - 6 * 2 / (4 * 15).
    assert found.scalar("spearman") == pytest.approx(1 - 12 / 60)
    # Of six pairs of cells one is turned round.
    assert found.scalar("kendall") == pytest.approx((5 - 1) / 6)
    # Deviations of x: -1.5, -0.5, 0.5, 1.5; of y from 26.5: -25.5, -23.5, -24.5, 73.5.
    cross = 1.5 * 25.5 + 0.5 * 23.5 - 0.5 * 24.5 + 1.5 * 73.5
    norm = math.sqrt(5 * (25.5**2 + 23.5**2 + 24.5**2 + 73.5**2))
    assert found.scalar("pearson") == pytest.approx(cross / norm)
    assert found.scalar("pairs") == 4


def test_ties_share_a_rank():
    # Ranks of x: 1.5, 1.5, 3; of y: 1, 2, 3. Deviations -0.5, -0.5, 1 and -1, 0, 1.
    found = rank_correlation(numbers(5, 5, 9), numbers(1, 2, 3))
    assert found.scalar("spearman") == pytest.approx(1.5 / math.sqrt(1.5 * 2))


def test_the_order_of_the_cells_does_not_matter():
    x, y = numbers(0.3, 0.1, 0.2, 0.7), numbers(3, 9, 1, 4)
    one, other = rank_correlation(x, y), rank_correlation(x[::-1], y[::-1])
    assert one.rows.equals(other.rows)


def test_a_constant_puts_nothing_in_order():
    found = rank_correlation(numbers(2, 2, 2), numbers(1, 2, 3))
    assert [found.scalar(name) for name in ("spearman", "kendall", "pearson")] == [0.0, 0.0, 0.0]


def test_missing_cells():
    x, y = numbers(1, None, 3, 4), numbers(1, 2, 3, 4)
    with pytest.raises(ValueError, match="1 of 4 cells lack a value"):
        rank_correlation(x, y)
    found = rank_correlation(x, y, missing="skip")
    assert found.scalar("spearman") == pytest.approx(1) and found.scalar("pairs") == 3


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ((1, 2, 3), (1, 2), "3 values of x have 2 values of y"),
        ((1, 2), (1, 2), "a correlation needs 3 cells, there are 2"),
        ((1, 2, math.nan), (1, 2, 3), "1 cells have values that are not finite"),
    ],
)
def test_what_has_no_correlation(x, y, message):
    with pytest.raises(ValueError, match=message):
        rank_correlation(numbers(*x), numbers(*y))
