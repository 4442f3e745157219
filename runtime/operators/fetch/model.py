"""A pretrained model from the Hugging Face hub."""

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from heldout.runtime.artifacts import Model
from heldout.runtime.hub.snapshot import Commit, Repository, snapshot
from heldout.runtime.operator import operator

INDEX = "model.safetensors.index.json"


@operator(network=True, seconds=60.0)
def model(*, repository: Repository, revision: Commit) -> Model:
    """The weights and text files of one commit of a hub model.

    Only safetensors, JSON, text and Jinja files are downloaded (chat templates, which run in a sandbox):
    pickles and code, which could run anything, never are. Sharded weights become one file. The artifact is a
    folder that `from_pretrained` opens; nothing needs the hub after this.

    Args:
        repository: `owner/name` on the hub.
        revision: the commit, 40 hexadecimal digits, as the page of the repository's commits
            shows it.

    Returns:
        weights in the repository's own precision; the config holds `repository` and `revision`.

    Raises:
        ValueError: the repository has no `config.json` or no weights in safetensors, or one of them is
            damaged.
    """
    found = snapshot(repository, revision, "model", ("*.safetensors", "*.json", "*.txt", "*.jinja"))
    top = {name: path for name, path in found.items() if "/" not in name}
    if "config.json" not in top:
        raise ValueError(f"{repository} at {revision} has no config.json: it is no transformers model")
    try:
        described = isinstance(json.loads(top["config.json"].read_text(encoding="utf-8")), dict)
    except (ValueError, RecursionError):
        described = False
    if not described:
        raise ValueError(f"{repository} at {revision}: config.json holds no JSON object")
    files = {
        name: path.read_bytes()
        for name, path in top.items()
        if path.suffix in (".json", ".txt", ".jinja") and name not in (INDEX, "heldout.json")
    }
    weights = _weights(top, f"{repository} at {revision}")
    return Model(weights, {"repository": repository, "revision": revision}, files)


def _weights(files: dict[str, Path], name: str) -> dict[str, Tensor]:
    if "model.safetensors" in files:
        return _loaded(files["model.safetensors"], name)
    if INDEX not in files:
        raise ValueError(f"{name} has no model.safetensors; convert it to safetensors first")
    try:
        shards = sorted(set(json.loads(files[INDEX].read_bytes())["weight_map"].values()))
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{name}: {INDEX} holds no `weight_map` from weights to files") from error
    if not shards:
        raise ValueError(f"{name}: {INDEX} names no files")
    if missing := [str(shard) for shard in shards if shard not in files]:
        raise ValueError(f"{name} lacks shards of its weights: {', '.join(missing)}")
    weights: dict[str, Tensor] = {}
    for shard in shards:
        held = _loaded(files[shard], name)
        if twice := held.keys() & weights.keys():
            raise ValueError(f"{name}: {shard} holds {min(twice)!r} a second time")
        weights |= held
    return weights


def _loaded(path: Path, name: str) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise ValueError(f"{name}: {path.name} is no whole file of safetensors: {error}") from error
