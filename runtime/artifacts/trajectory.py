"""Trajectory: the weights of one training run at several of its steps."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from safetensors.torch import load, load_file, save_file
from torch import Tensor

from heldout.runtime.artifacts.artifact import Artifact
from heldout.runtime.files import link_or_copy


@dataclass(frozen=True)
class Trajectory(Artifact):
    """A model at several steps of its training.

    Attributes:
        steps: updates made before each point, rising.
        weights: the module's own state by name, [num_points, ...]; empty where it lies in `files`.
        config: what rebuilds the module, as in `Model`: for a classifier `network`, `shape`, `num_classes`.
        files: of weights in the format of safetensors, one a point; each is read when it is asked for.
    """

    large = heavy = True

    steps: tuple[int, ...]
    weights: Mapping[str, Tensor]
    config: Mapping[str, Any]
    files: tuple[Path, ...] = ()

    def __len__(self) -> int:
        return len(self.steps)

    def weights_at(self, point: int) -> dict[str, Tensor]:
        """The state of the module at one point, counted from 0."""
        if self.files:
            return load_file(self.files[point])
        return {name: stacked[point] for name, stacked in self.weights.items()}

    def save(self, folder: Path) -> None:
        about = {"steps": list(self.steps), "config": dict(self.config)}
        (folder / "trajectory.json").write_text(json.dumps(about, indent=1, sort_keys=True))
        for number, file in enumerate(self.files):
            link_or_copy(file, folder / _file(number))
        if self.files or not self.weights:
            return
        weights = {name: self.weights[name].detach().cpu().contiguous() for name in sorted(self.weights)}
        save_file(weights, folder / "trajectory.safetensors", metadata={"format": "pt"})

    @classmethod
    def load(cls, folder: Path) -> Self:
        if not (folder / "trajectory.json").is_file():
            raise ValueError(f"{folder.name} holds no trajectory.json")
        about = json.loads((folder / "trajectory.json").read_text())
        steps, stacked = tuple(about["steps"]), folder / "trajectory.safetensors"
        if stacked.is_file() or not steps:
            return cls(steps, load_file(stacked) if stacked.is_file() else {}, about["config"])
        files = tuple(folder / _file(number) for number in range(len(steps)))
        if missing := [file.name for file in files if not file.is_file()]:
            raise ValueError(f"{folder.name} lacks {', '.join(missing)}")
        return cls(steps, {}, about["config"], files)

    @classmethod
    def parse(cls, files: Mapping[str, bytes]) -> Self | None:
        """A small one, from its files' bytes: it is read whole, since it has no folder to stay in."""
        if "trajectory.json" not in files:
            return None
        about = json.loads(files["trajectory.json"])
        steps, stacked = tuple(about["steps"]), files.get("trajectory.safetensors")
        if stacked is not None or not steps:
            return cls(steps, {} if stacked is None else load(stacked), about["config"])
        points = [load(files[_file(number)]) for number in range(len(steps))]
        weights = {name: torch.stack([point[name] for point in points]) for name in points[0]}
        return cls(steps, weights, about["config"])


def _file(number: int) -> str:
    return f"point-{number}.safetensors"
