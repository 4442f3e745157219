"""Model: a network's description, its weights, and the folder of a hub model where it has one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from safetensors.torch import load_file, save_file
from torch import Tensor

from heldout.runtime.artifacts.artifact import Artifact
from heldout.runtime.artifacts.stored_weights import INDEX, SUFFIX, StoredWeights

ABOUT, WEIGHTS, BASE = "heldout.json", "model.safetensors", "base"
ADAPTER, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"  # as the library peft has them

# Weights that are smaller together are read at once: such results lie in packs of the store, from where they
# are read through a folder that does not stay.
READ_AT_ONCE = 2**20


@dataclass(frozen=True)
class Model(Artifact):
    """A trained or pretrained model: its weights, and what rebuilds it.

    What is large stays in its files: a loaded model's weights are read when they are looked at, and one
    that is saved as it was loaded becomes links to the same files, shards staying shards.

    Attributes:
        weights: the state, by parameter name.
        config: what rebuilds it: for a classifier `network`, `shape`, `num_classes`; JSON.
        files: further files of the folder, by name (a transformers model keeps its
            `config.json` and tokenizer here, so that `from_pretrained` opens the folder).
        base: of a tuned model, what its weights change: they alone were trained. An adapter
            alone, which is added to a model that is given beside it, has none.
    """

    large = heavy = True

    weights: Mapping[str, Tensor]
    config: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    base: "Model | None" = None

    def save(self, folder: Path) -> None:
        if isinstance(self.weights, StoredWeights):
            self.weights.save(folder)
        else:
            weights = {name: self.weights[name].detach().cpu().contiguous() for name in sorted(self.weights)}
            name = ADAPTER_WEIGHTS if ADAPTER in self.files else WEIGHTS
            save_file(weights, folder / name, metadata={"format": "pt"})
        (folder / ABOUT).write_text(json.dumps(dict(self.config), indent=1, sort_keys=True))
        for name in sorted(self.files):
            (folder / name).write_bytes(self.files[name])
        if self.base is not None:
            (folder / BASE).mkdir()
            self.base.save(folder / BASE)

    @classmethod
    def load(cls, folder: Path) -> Self:
        if not (folder / ABOUT).is_file():
            raise ValueError(f"{folder.name} holds no {ABOUT}")
        inside = sorted(path for path in folder.iterdir() if path.is_file())
        others = [path for path in inside if path.suffix != SUFFIX and path.name not in (ABOUT, INDEX)]
        return cls(
            weights=_weights(folder, {path.name: path for path in inside if path.suffix == SUFFIX}),
            config=json.loads((folder / ABOUT).read_text()),
            files={path.name: path.read_bytes() for path in others},
            base=cls.load(folder / BASE) if (folder / BASE).is_dir() else None,
        )


def _weights(folder: Path, paths: Mapping[str, Path]) -> Mapping[str, Tensor]:
    if len(paths) == 1 and sum(path.stat().st_size for path in paths.values()) < READ_AT_ONCE:
        return load_file(next(iter(paths.values())))
    if not paths:
        raise ValueError(f"{folder.name} holds no weights in safetensors")
    index = folder / INDEX
    return StoredWeights(paths, index.read_bytes() if index.is_file() else None)
