"""Mazes in several colours."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.environments._maze_levels import MOVES, make_levels, palette
from heldout.runtime.components.environments.contract import Environment

AGENT = np.array([255, 255, 255], dtype=np.uint8)
GOAL = np.array([255, 215, 0], dtype=np.uint8)


class _Maze(Environment):
    def __init__(
        self,
        levels: Sequence[int],
        side: int,
        openness: float,
        themes: int,
        horizon: int,
        step_cost: float,
        radius: int,
    ) -> None:
        self._levels = made = make_levels(levels, side, openness, themes)
        self._step_cost = step_cost
        self._radius = radius
        self._colours = palette(themes)[made.theme]  # [num_levels, 2, 3]
        # Beyond the border are walls too, so that every window lies inside.
        self._floor = np.pad(~made.wall, ((0, 0), (radius, radius), (radius, radius))).astype(np.int64)
        self._window = np.arange(-radius, radius + 1)
        super().__init__(len(levels), (3, 2 * radius + 1, 2 * radius + 1), len(MOVES), horizon)

    def begin(self, positions: np.ndarray) -> None:
        self._cell = np.zeros((len(positions), 2), dtype=np.int64)
        super().begin(positions)

    def enter(self, places: np.ndarray, positions: np.ndarray) -> None:
        self._cell[places] = self._levels.start[positions]

    def move(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        ahead = self._cell + MOVES[actions]
        blocked = self._levels.wall[self.positions, ahead[:, 0], ahead[:, 1]]
        self._cell = np.where(blocked[:, None], self._cell, ahead)
        terminal = (self._cell == self._levels.goal[self.positions]).all(1)
        return terminal - self._step_cost, terminal

    def observe(self) -> np.ndarray:
        place = np.arange(len(self._cell))
        rows, columns = (self._radius + self._cell)[..., None].transpose(1, 0, 2) + self._window
        floor = self._floor[self.positions[:, None, None], rows[:, :, None], columns[:, None, :]]
        seen = self._colours[self.positions[:, None, None], floor]
        ahead = np.clip(self._levels.goal[self.positions] - self._cell, -self._radius, self._radius)
        seen[place, self._radius + ahead[:, 0], self._radius + ahead[:, 1]] = GOAL
        seen[:, self._radius, self._radius] = AGENT
        return np.ascontiguousarray(seen.transpose(0, 3, 1, 2))

    def state(self) -> dict[str, np.ndarray]:
        return {"cell": self._cell}

    def take_up(self, state: dict[str, np.ndarray]) -> None:
        self._cell = state["cell"].copy()

    def domains(self) -> list[str]:
        return [f"theme {theme}" for theme in self._levels.theme.tolist()]

    def expert_actions(self) -> np.ndarray:
        ahead = self._cell[:, None] + MOVES
        distance = self._levels.distance[self.positions[:, None], ahead[..., 0], ahead[..., 1]]
        nearest: np.ndarray = distance.argmin(1)
        return nearest


@component
def maze(
    levels: Sequence[int],
    *,
    side: Annotated[int, Field(ge=3)] = 9,
    openness: Annotated[float, Field(ge=0.0, le=1.0)] = 0.1,
    themes: Annotated[int, Field(ge=1)] = 8,
    horizon: Annotated[int, Field(ge=1)] = 64,
    step_cost: Annotated[float, Field(ge=0.0)] = 0.01,
    radius: Annotated[int, Field(ge=1)] = 4,
) -> Environment:
    """A maze around an agent, one pixel a cell; the goal is to be reached in few steps.

    In the manner of Maze in Cobbe et al. 2020, "Leveraging Procedural Generation to Benchmark
    Reinforcement Learning" (arXiv:1912.01588), appendix B: the number of a level decides walls,
    colours, and where one begins and ends.
    Differs from the paper: one pixel a cell in place of textures on 64 x 64 pixels; a fixed side;
    four actions; walls between rooms are opened by chance; the agent stays in the middle of what
    is seen; a step costs something, so that a return says how fast the goal was reached.

    Actions are up, right, down and left; walking into a wall leaves one where one is. A step
    gives the reward -step_cost, and 1 more when it reaches the goal, which ends the episode. The
    agent is white and the goal golden, in every theme; a goal beyond what is seen is drawn at the
    edge nearest to it. The shortest path to the goal is no shorter than those to half of
    the rooms. The scripted expert takes a shortest path.

    Args:
        side: of the maze, cells; odd.
        openness: probability that a wall between two rooms that the maze could do without is
            left out.
        themes: how many pairs of colours, of wall and floor, there are; a level is of one, drawn
            evenly, which is its domain.
        horizon: steps after which an episode is cut off.
        step_cost: of every step.
        radius: how many cells are seen in each direction; the picture has 2 radius + 1 a side.

    Raises:
        ValueError: the side is even.
    """
    if side % 2 == 0:
        raise ValueError(f"the side of a maze is odd, not {side}")
    return _Maze(levels, side, openness, themes, horizon, step_cost, radius)
