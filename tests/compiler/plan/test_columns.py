import itertools

import pytest

from heldout.compiler.plan.columns import AT_ONCE, Column, OfCells, Projection, at_once

SHAPE = {"a": 2, "b": 3, "c": 4, "d": 2}


def numbered(shape, cell):
    number = 0
    for axis, size in shape.items():
        number = number * size + cell[axis]
    return number


def every_cell(shape):
    return [
        dict(zip(shape, levels, strict=True)) for levels in itertools.product(*map(range, shape.values()))
    ]


@pytest.mark.parametrize(
    "axes",
    [*itertools.chain(*(itertools.combinations(SHAPE, n) for n in range(5))), ("d", "b"), ("c", "b", "a")],
    ids="".join,
)
def test_a_projection_keeps_the_levels_of_the_axes_that_are_left(axes):
    onto = {axis: SHAPE[axis] for axis in axes}
    cells = every_cell(SHAPE)
    expected = [numbered(onto, cell) for cell in cells]
    assert list(Projection(SHAPE, onto)(range(len(cells)))) == expected


def test_an_axis_that_is_pinned_has_one_level_whatever_the_cell():
    onto = {"a": 2, "other": 5, "b": 3, "d": 2}
    expected = [numbered(onto, cell | {"other": 4, "d": 1}) for cell in every_cell(SHAPE)]
    assert list(Projection(SHAPE, onto, {"other": 4, "d": 1})(range(48))) == expected


def test_what_some_axes_tell_is_made_once_for_all_cells_that_they_do_not_tell_apart():
    made = []
    column = Column(SHAPE, ["d", "b"], lambda at: made.append(at) or f"{at['b']}{at['d']}")
    found = column.at(range(48))
    assert found == [f"{cell['b']}{cell['d']}" for cell in every_cell(SHAPE)]
    assert len(made) == 3 * 2
    assert column.at([47, 0]) == ["21", "00"]
    assert column.different([0, 8, 16, 24]) == ["00", "10", "20"]
    assert len(made) == 3 * 2


def test_what_every_cell_has_of_its_own_is_not_kept():
    made = []
    column = Column({"a": 3}, ["a"], lambda at: made.append(at["a"]))
    column.at([2, 2])
    assert made == [2, 2]


def test_a_column_of_no_axes_is_one_value():
    made = []
    column = Column({}, [], lambda at: made.append(at) or "x")
    assert column.at([0]) + column.at([0]) == ["x", "x"]
    assert made == [{}]


def test_something_of_each_cell_is_found_where_somebody_looks():
    asked = []
    found = OfCells(10_000, lambda cells: asked.append(len(cells)) or [2 * cell for cell in cells])
    assert (found[3], found[-1], found[2:4], len(found)) == (6, 19_998, [4, 6], 10_000)
    assert asked == [1, 1, 2]
    assert found == [2 * cell for cell in range(10_000)]
    assert max(asked) == AT_ONCE
    with pytest.raises(IndexError):
        found[10_000]


def test_cells_are_looked_at_many_at_a_time():
    assert [len(cells) for cells in at_once(range(2 * AT_ONCE + 1))] == [AT_ONCE, AT_ONCE, 1]
    assert list(at_once([])) == []
