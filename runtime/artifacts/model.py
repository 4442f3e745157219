"""Model: a network's description, its weights, and the folder of a hub model where it has one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from safetensors.torch import load_file, save_file
from torch import Tensor

from heldout.runtime.artifacts.artifact import Artifact


@dataclass(frozen=True)
class Model(Artifact):
    """A trained or pretrained model: its weights, and what rebuilds it.

    Attributes:
        weights: the state, by parameter name.
        config: what rebuilds it: for a classifier `network`, `shape`, `num_classes`; JSON.
        files: further files of the folder, by name (a transformers model keeps its
            `config.json` and tokenizer here, so that `from_pretrained` opens the folder).
    """

    large = heavy = True

    weights: Mapping[str, Tensor]
    config: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        weights = {name: self.weights[name].detach().cpu().contiguous() for name in sorted(self.weights)}
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        (folder / "heldout.json").write_text(json.dumps(dict(self.config), indent=1, sort_keys=True))
        for name in sorted(self.files):
            (folder / name).write_bytes(self.files[name])

    @classmethod
    def load(cls, folder: Path) -> Self:
        if not (folder / "heldout.json").is_file():
            raise ValueError(f"{folder.name} holds no heldout.json")
        own = {"heldout.json", "model.safetensors"}
        return cls(
            weights=load_file(folder / "model.safetensors"),
            config=json.loads((folder / "heldout.json").read_text()),
            files={p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.name not in own},
        )
