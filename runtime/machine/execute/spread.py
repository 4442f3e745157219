"""Over how many processes the tasks of a shard are spread, as the stage's `resources` say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spread:
    """The processes that compute each task of a shard together.

    Attributes:
        processes: on each machine.
        nodes: how many machines there are.
        gpu: whether each process has a GPU of its own; where there is none at all, one process takes the CPU.
    """

    processes: int = 1
    nodes: int = 1
    gpu: bool = False

    @property
    def size(self) -> int:
        """How many processes there are on all machines."""
        return self.processes * self.nodes

    @classmethod
    def read(cls, said: Mapping[str, Any] | None) -> "Spread":
        """What a shard file says; nothing is one process.

        Raises:
            TypeError, ValueError: it is not what the compiler writes.
        """
        spread = cls(**(said or {}))
        if min(int(spread.processes), int(spread.nodes)) < 1:
            raise ValueError(f"a task is computed by one process or more, not by {spread}")
        return spread
