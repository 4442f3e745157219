"""Owners: which stage computes each task of a study, and in which of its shards."""

from array import array
from collections.abc import Iterable, Iterator, Set

from heldout.compiler.plan.tasks import NO_TASK

NOBODY = -1

Place = tuple[str, str]  # a stage, and a shard of it


class Owners:
    """The stage and the shard of every task, by its number. A task belongs to the first that takes it."""

    def __init__(self, tasks: int) -> None:
        """Of so many tasks, which nobody has."""
        self._stages: list[str] = []
        self._places: list[Place] = []
        self._stage_of = array("i", [NOBODY]) * tasks
        self._place_of = array("i", [NOBODY]) * tasks

    def take(self, stage: str, cells: Iterable[int], tasks: "array[int]") -> "array[int]":
        """Let a stage have the tasks of these cells that nobody has yet.

        Args:
            stage: which.
            cells: of its grid.
            tasks: the number of the task of every cell of the grid.

        Returns:
            one cell of each task that it got.
        """
        number, stage_of = len(self._stages), self._stage_of
        self._stages.append(stage)
        got = array("i")
        for cell in cells:
            task = tasks[cell]
            if task != NO_TASK and stage_of[task] == NOBODY:
                stage_of[task] = number
                got.append(cell)
        return got

    def stages(self, tasks: Iterable[Iterable[int]]) -> set[str]:
        """The stages that have some tasks."""
        stage_of = self._stage_of
        return {self._stages[number] for number in {stage_of[task] for some in tasks for task in some}}

    def give(self, place: Place, tasks: Iterable[int]) -> None:
        """Put tasks of a stage into a shard of it."""
        number = len(self._places)
        self._places.append(place)
        for task in tasks:
            self._place_of[task] = number

    def places(self, tasks: Iterable[Iterable[int]]) -> set[Place]:
        """The shards that some tasks are in."""
        place_of = self._place_of
        return {self._places[number] for number in {place_of[task] for some in tasks for task in some}}

    def shards(self, tasks: Iterable[Iterable[int]], stages: Set[str]) -> Iterator[str | None]:
        """For each of some sets of tasks the shard of those that these stages have, where it is one."""
        inside = [shard if stage in stages else None for stage, shard in self._places]
        place_of = self._place_of
        for some in tasks:
            found = None
            for task in some:
                shard = inside[place_of[task]]
                if shard is not None and shard != found:
                    if found is not None:
                        found = None
                        break
                    found = shard
            yield found
