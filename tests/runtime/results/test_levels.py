import pyarrow as pa
import pytest

from heldout.runtime.results.levels import Axis, level_text


def test_zero_and_false_are_two_levels():
    axis = Axis("flag", (0, False, 1.5, "0"))
    assert [axis.index(level) for level in (0, False, 1.5, "0")] == [0, 1, 2, 3]
    assert axis.index(0.0) == 0  # a number finds the same number of another type


def test_an_unknown_level_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="axis 'method' has no level 'corall' \\(it has erm, coral\\)"):
        Axis("method", ("erm", "coral")).index("corall")
    with pytest.raises(ValueError, match="no level 'true'"):
        Axis("seed", (0, 1)).index(True)


def test_a_number_is_found_by_its_text_where_nothing_else_is():
    assert Axis("group", (2, 12)).index("12") == 1
    assert Axis("group", ("12", "x")).index(12) == 0
    with pytest.raises(ValueError, match=r"1, 2, 3, .* 20 and 5 more"):
        Axis("step", tuple(range(1, 26))).index(99)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((0, 15), pa.array([0, 15], pa.int64())),
        ((0, 0.5), pa.array([0.0, 0.5], pa.float64())),
        ((0, "a"), pa.array(["0", "a"], pa.string())),
        ((True, None), pa.array(["true", "null"], pa.string())),
    ],
)
def test_columns_of_levels(levels, expected):
    assert Axis("axis", levels).array().equals(expected)


def test_structured_levels_read_the_same_in_any_order():
    assert level_text({"b": 1, "a": 2}) == level_text({"a": 2, "b": 1}) == '{"a": 2, "b": 1}'


def test_an_axis_never_hides_a_column_of_results():
    assert Axis("step", (1,)).column == "axis_step"
    assert Axis("seed", (1,)).column == "seed"


def test_an_axis_never_hides_a_column_of_a_table_nor_another_axis():
    names = ("average", "mean", "half_width", "runs", "missing", "oracle", "best")
    assert [Axis(name, (1,)).column for name in names] == [f"axis_{name}" for name in names]
    assert Axis("axis_mean", (1,)).column == "axis_axis_mean"
    assert Axis("axis_of_rotation", (1,)).column == "axis_of_rotation"
