import pyarrow as pa
import pytest

from heldout.runtime.results.row_keys import key_axis, number_of


@pytest.mark.parametrize(
    ("found", "levels", "places"),
    [
        (["b", "a", "b"], ("a", "b"), [1, 0, 1]),
        (["10", "9", "-1.5"], (-1.5, 9, 10), [2, 1, 0]),
        (["10", "9", "x"], ("10", "9", "x"), [0, 1, 2]),  # one text, and all are
        (["1", "1.0"], ("1", "1.0"), [0, 1]),  # one number twice: they are told apart as text
        (["007", "8"], ("007", "8"), [0, 1]),  # no number begins with a zero
        ([], (), []),
    ],
)
def test_levels_of_groups(found, levels, places):
    axis, at = key_axis("group", pa.chunked_array([pa.array(found, pa.string())]))
    assert (axis.levels, at.tolist()) == (levels, places)


def test_levels_of_steps():
    axis, at = key_axis("step", pa.chunked_array([pa.array([20, 5, 20], pa.int64())]))
    assert (axis.levels, at.tolist()) == ((5, 20), [1, 0, 1])


def test_what_is_a_number():
    texts = ["12", "-0.5", "1e3", "", "nan", "inf", "1e999", "1_000", " 1", "0x10", "9" * 30]
    known = [12, -0.5, 1000.0, None, None, None, None, None, None, None, 1e30]
    assert [number_of(text) for text in texts] == known
