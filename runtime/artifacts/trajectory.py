"""Trajectory: the weights of one training run at several of its steps."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from safetensors.torch import load_file, save_file
from torch import Tensor

from heldout.runtime.artifacts.artifact import Artifact


@dataclass(frozen=True)
class Trajectory(Artifact):
    """A model at several steps of its training.

    Attributes:
        steps: updates made before each point, rising.
        weights: the module's own state by name, [num_points, ...].
        config: what rebuilds the module, as in `Model`: for a classifier `network`, `shape`, `num_classes`.
    """

    large = heavy = True

    steps: tuple[int, ...]
    weights: Mapping[str, Tensor]
    config: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.steps)

    def weights_at(self, point: int) -> dict[str, Tensor]:
        """The state of the module at one point, counted from 0."""
        return {name: stacked[point] for name, stacked in self.weights.items()}

    def save(self, folder: Path) -> None:
        weights = {name: self.weights[name].detach().cpu().contiguous() for name in sorted(self.weights)}
        save_file(weights, folder / "trajectory.safetensors", metadata={"format": "pt"})
        about = {"steps": list(self.steps), "config": dict(self.config)}
        (folder / "trajectory.json").write_text(json.dumps(about, indent=1, sort_keys=True))

    @classmethod
    def load(cls, folder: Path) -> Self:
        if not (folder / "trajectory.json").is_file():
            raise ValueError(f"{folder.name} holds no trajectory.json")
        about = json.loads((folder / "trajectory.json").read_text())
        return cls(tuple(about["steps"]), load_file(folder / "trajectory.safetensors"), about["config"])
