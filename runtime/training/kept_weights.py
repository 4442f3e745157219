"""The weights of a training at several of its steps, written as they come."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from heldout.runtime.artifacts import Trajectory
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.rights import as_its_folder, make_folders

FOLDER = "kept"


class KeptWeights:
    """Weights by step: files beside the checkpoint of the task, so that none but the present are in memory.

    A training that is taken up again writes the same bits over what came after its checkpoint. Without a
    checkpoint's folder they are held in memory.
    """

    def __init__(self, checkpoint: Checkpoint, steps: Iterable[int]) -> None:
        """
        Args:
            checkpoint: of the task.
            steps: updates made before each point.
        """
        self._points = frozenset(steps)
        self.steps = tuple(sorted(self._points))
        self._folder = None if checkpoint.folder is None else checkpoint.folder / FOLDER
        self._writes = checkpoint.writes
        self._held: dict[int, dict[str, Tensor]] = {}

    def keep(self, step: int, weights: Mapping[str, Tensor]) -> None:
        """Keep the state of a module, if this is one of the steps."""
        if step not in self._points or not self._writes:
            return
        copied = {name: value.detach().cpu().contiguous().clone() for name, value in weights.items()}
        if self._folder is None:
            self._held[step] = copied
            return
        path = self._path(make_folders(self._folder), step)
        beside = path.with_name(f".{path.name}")
        save_file(copied, beside, metadata={"format": "pt"})
        as_its_folder(beside)
        beside.replace(path)

    def trajectory(self, config: Mapping[str, Any]) -> Trajectory:
        """The weights of all steps, with what rebuilds the module."""
        if self._folder is not None and self.steps:
            return Trajectory(self.steps, {}, config, tuple(self._path(self._folder, s) for s in self.steps))
        names = self._held[self.steps[0]] if self.steps else ()
        stacked = {name: torch.stack([self._held[step][name] for step in self.steps]) for name in names}
        return Trajectory(self.steps, stacked, config)

    @staticmethod
    def _path(folder: Path, step: int) -> Path:
        return folder / f"{step}.safetensors"
