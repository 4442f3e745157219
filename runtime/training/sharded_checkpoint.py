"""Checkpoints of processes that have weights cut over them: each writes its part, any number reads it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from heldout.runtime.checkpoint import Checkpoint, Saved
from heldout.runtime.checkpoint_parts import ROWS
from heldout.runtime.distributed import gathered, largest, world
from heldout.runtime.training.sharding import own_rows


class ShardedCheckpoint(Checkpoint):
    """A task's checkpoint where each process holds some rows of weights, and of what is kept beside them.

    All processes save before the same step, each in a file of its own, while training goes on. Files of one
    number are of one step: numbers are agreed on when a run begins, and none is used twice.
    """

    def __init__(
        self,
        of: Checkpoint,
        parts: Mapping[str, Tensor],
        rows: Mapping[str, int],
        about: Callable[[str], str],
    ) -> None:
        """
        Args:
            of: the task's.
            parts: this process's rows of what is cut, by the name of the weight.
            rows: how many rows these weights have in all.
            about: which weight a saved tensor is of, by their names; empty where it is of none.
        """
        here = world()
        super().__init__(of.folder, of.signal, of.seconds, here.rank, here.size)
        self._parts, self._of_all, self._about = parts, rows, about

    def look(self, state: Callable[[], Saved], agreed: Callable[[bool], bool] = bool) -> None:
        super().look(state, _anywhere)

    def load(self) -> Saved | None:
        there = gathered(self.whole())[0]  # as the first process sees it
        numbers = [one.number for one in there] + self.numbers_there()
        self._number = largest(max(numbers, default=-1)) + 1
        for one in reversed(there):
            saved = self._read(one)
            if not _anywhere(saved is None):
                assert saved is not None
                return self._cut(*saved)
            self._remove(one.number)
        return None

    def finish(self) -> None:
        """Wait until what is being written is on the disk, after which another process may remove it."""
        self._wait()

    def _cut(self, tensors: dict[str, Tensor], notes: dict[str, Any]) -> Saved:
        """Where one process has written all rows, those of this one."""
        cut = dict(tensors)
        for name, tensor in tensors.items():
            part = self._parts.get(self._about(name))
            if part is None or tensor.shape == part.shape:
                continue
            count = self._of_all[self._about(name)]
            if tensor.shape == (count, *part.shape[1:]):
                cut[name] = own_rows(tensor, len(part)).clone()
        return cut, notes

    def _write(self, tensors: dict[str, Tensor], notes: str) -> None:
        rows = {
            name: self._of_all[weight]
            for name, tensor in tensors.items()
            if (weight := self._about(name)) in self._parts and tensor.shape == self._parts[weight].shape
        }
        before = self._number
        try:
            super()._write(tensors, json.dumps({**json.loads(notes), ROWS: rows}))
        finally:
            if before is not None:
                self._number = before + 1  # also where it was not written: the others have gone on


def _anywhere(value: bool) -> bool:
    """Whether any process says so."""
    return largest(int(value)) > 0
