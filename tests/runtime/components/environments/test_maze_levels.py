from collections import deque

import numpy as np
import pytest

from heldout.runtime.components.environments._maze_levels import (
    MOVES,
    UNREACHED,
    carve,
    make_levels,
    palette,
    steps_from,
)


def by_breadth_first_search(free, start):
    """Independent of `steps_from`: a queue, one cell at a time."""
    distance = {start: 0}
    waiting = deque([start])
    while waiting:
        row, column = waiting.popleft()
        for r, c in MOVES.tolist():
            cell = (row + r, column + c)
            if free[cell] and cell not in distance:
                distance[cell] = distance[row, column] + 1
                waiting.append(cell)
    return distance


@pytest.mark.parametrize("openness", [0.0, 0.4, 1.0])
def test_every_room_is_reached_and_distances_are_shortest(openness):
    levels = make_levels(range(6), side=7, openness=openness, themes=3)
    for level in range(6):
        found = by_breadth_first_search(~levels.wall[level], tuple(levels.goal[level].tolist()))
        rooms = {(r, c) for r in range(1, 8, 2) for c in range(1, 8, 2)}
        assert rooms <= set(found)
        for cell, steps in found.items():
            assert levels.distance[level][cell] == steps
        assert (levels.distance[level] < UNREACHED).sum() == len(found)


def test_without_openings_a_maze_is_a_tree():
    free = carve(9, 0.0, np.random.default_rng(0))
    rooms = 5 * 5
    # A spanning tree of 25 rooms has 24 passages, one cell each.
    assert free.sum() == rooms + rooms - 1
    open_everywhere = carve(9, 1.0, np.random.default_rng(0))
    # Only the pillars at odd rows and columns are left.
    assert (~open_everywhere).sum() == 4 * 4


def test_a_level_is_its_number_alone():
    together = make_levels([5, 8, 13], side=5, openness=0.5, themes=4)
    alone = make_levels([8], side=5, openness=0.5, themes=4)
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one[1], other[0])


def test_the_goal_is_at_least_as_far_as_the_median_room():
    levels = make_levels(range(30), side=7, openness=0.3, themes=1)
    for level in range(30):
        away = steps_from(levels.wall[level : level + 1], levels.start[level : level + 1])[0]
        rooms = away[1:8:2, 1:8:2]
        assert away[tuple(levels.goal[level])] >= np.median(rooms) > 0


def test_walls_are_darker_than_floors_and_themes_stay():
    colours = palette(5).astype(int)
    assert (colours[:, 0] < colours[:, 1]).all()
    assert colours.max() < 200
    assert np.array_equal(palette(2), palette(5)[:2])
