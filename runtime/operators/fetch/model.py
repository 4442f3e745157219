"""A pretrained model from the Hugging Face hub."""

import json
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from heldout.runtime.artifacts import Model
from heldout.runtime.hub.snapshot import Commit, Repository, snapshot
from heldout.runtime.operator import operator

INDEX = "model.safetensors.index.json"


@operator(network=True, seconds=60.0)
def model(*, repository: Repository, revision: Commit) -> Model:
    """The weights and text files of one commit of a hub model.

    Only safetensors, JSON and text files are downloaded: pickles and code, which could run
    anything, never are. Sharded weights become one file. The artifact is a folder that
    `from_pretrained` opens; nothing needs the hub after this.

    Args:
        repository: `owner/name` on the hub.
        revision: the commit, 40 hexadecimal digits, as the page of the repository's commits
            shows it.

    Returns:
        weights in the repository's own precision; the config holds `repository` and `revision`.

    Raises:
        ValueError: the repository has no `config.json` or no weights in safetensors.
    """
    found = snapshot(repository, revision, "model", ("*.safetensors", "*.json", "*.txt"))
    top = {name: path for name, path in found.items() if "/" not in name}
    if "config.json" not in top:
        raise ValueError(f"{repository} at {revision} has no config.json: it is no transformers model")
    files = {
        name: path.read_bytes()
        for name, path in top.items()
        if path.suffix in (".json", ".txt") and name not in (INDEX, "heldout.json")
    }
    weights = _weights(top, f"{repository} at {revision}")
    return Model(weights, {"repository": repository, "revision": revision}, files)


def _weights(files: dict[str, Path], name: str) -> dict[str, Tensor]:
    if "model.safetensors" in files:
        return load_file(files["model.safetensors"])
    if INDEX not in files:
        raise ValueError(f"{name} has no model.safetensors; convert it to safetensors first")
    shards = sorted(set(json.loads(files[INDEX].read_text())["weight_map"].values()))
    if missing := [shard for shard in shards if shard not in files]:
        raise ValueError(f"{name} lacks shards of its weights: {', '.join(missing)}")
    return {key: tensor for shard in shards for key, tensor in load_file(files[shard]).items()}
