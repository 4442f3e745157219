"""Levels of the maze: walls, where one begins and ends, and how far every cell is from the end."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from heldout.runtime.randomness import numpy_stream

# Up, right, down, left: rows and columns.
MOVES = np.array([[-1, 0], [0, 1], [1, 0], [0, -1]])
UNREACHED = np.iinfo(np.int64).max // 2


class MazeLevels(NamedTuple):
    """Levels of equal side.

    Attributes:
        wall: [num_levels, side + 2, side + 2], bool, with a border of walls around.
        start: row and column inside the border, [num_levels, 2].
        goal: the same.
        distance: steps to the goal from every cell, [num_levels, side + 2, side + 2].
        theme: [num_levels], int64.
    """

    wall: np.ndarray
    start: np.ndarray
    goal: np.ndarray
    distance: np.ndarray
    theme: np.ndarray


def make_levels(levels: Sequence[int], side: int, openness: float, themes: int) -> MazeLevels:
    """The levels with these numbers; a level depends on its own number alone."""
    generators = [numpy_stream(level, "maze") for level in levels]
    wall = np.ones((len(levels), side + 2, side + 2), dtype=bool)
    for place, generator in enumerate(generators):
        wall[place, 1:-1, 1:-1] = ~carve(side, openness, generator)
    rooms = 1 + 2 * np.argwhere(np.ones(((side + 1) // 2,) * 2, dtype=bool))
    theme = np.array([generator.integers(themes) for generator in generators], dtype=np.int64)
    start = np.array([generator.choice(rooms) for generator in generators], dtype=np.int64).reshape(-1, 2)
    away = steps_from(wall, start)[:, rooms[:, 0], rooms[:, 1]]
    far = [rooms[steps >= np.median(steps)] for steps in away]
    chosen = [generator.choice(ends) for generator, ends in zip(generators, far, strict=True)]
    goal = np.array(chosen, dtype=np.int64).reshape(-1, 2)
    return MazeLevels(wall, start, goal, steps_from(wall, goal), theme)


def carve(side: int, openness: float, generator: np.random.Generator) -> np.ndarray:
    """Which cells are free, [side, side], bool: a spanning tree of rooms, and some more passages.

    Rooms lie at even rows and columns. A walk goes to a random neighbour that was not visited,
    and back where there is none (the depth-first maze). Of the walls that are left between two
    rooms, each is opened with the probability `openness`.
    """
    free = np.zeros((side, side), dtype=bool)
    free[0, 0] = True
    path = [(0, 0)]
    while path:
        row, column = path[-1]
        ahead = [(row + 2 * r, column + 2 * c, row + r, column + c) for r, c in MOVES.tolist()]
        ahead = [a for a in ahead if 0 <= a[0] < side and 0 <= a[1] < side and not free[a[0], a[1]]]
        if not ahead:
            path.pop()
            continue
        to_row, to_column, between_row, between_column = ahead[generator.integers(len(ahead))]
        free[to_row, to_column] = free[between_row, between_column] = True
        path.append((to_row, to_column))
    between_rooms = np.indices(free.shape).sum(0) % 2 == 1
    free |= between_rooms & (generator.random(free.shape) < openness)
    return free


def steps_from(wall: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Steps on the shortest path from a cell to every cell, [num_levels, side + 2, side + 2]."""
    distance = np.full(wall.shape, UNREACHED)
    distance[np.arange(len(wall)), cell[:, 0], cell[:, 1]] = 0
    while True:
        nearest = distance.copy()
        for row, column in MOVES.tolist():
            np.minimum(nearest, np.roll(distance, (row, column), (1, 2)) + 1, out=nearest)
        nearest = np.where(wall, UNREACHED, np.minimum(nearest, UNREACHED))
        if np.array_equal(nearest, distance):
            return distance
        distance = nearest


def palette(themes: int) -> np.ndarray:
    """Colours of wall and floor by theme, [themes, 2, 3], uint8; the first themes are always the same.

    Walls are darker than floors, and both differ from what is white or golden.
    """
    drawn = [numpy_stream(theme, "maze theme").uniform(size=(2, 3)) for theme in range(themes)]
    darkest, spread = np.array([0.0, 0.4]), np.array([0.3, 0.35])
    colours: np.ndarray = np.round(255 * (darkest[:, None] + spread[:, None] * np.stack(drawn)))
    return colours.astype(np.uint8)
