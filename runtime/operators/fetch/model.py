"""A pretrained model from the Hugging Face hub."""

import json
from collections.abc import Mapping
from pathlib import Path

from heldout.runtime.artifacts import Model
from heldout.runtime.artifacts.model import WEIGHTS
from heldout.runtime.artifacts.stored_weights import INDEX, SUFFIX, StoredWeights
from heldout.runtime.hub.holds import Fetched, Holds, check_holds
from heldout.runtime.hub.snapshot import Commit, Repository, snapshot
from heldout.runtime.operator import operator


@operator(network=True, seconds=60.0)
def model(*, repository: Repository, revision: Commit, holds: Holds | None = None) -> Fetched:
    """The weights and text files of one commit of a hub model.

    Only safetensors, JSON, text and Jinja files are downloaded (chat templates, which run in a sandbox):
    pickles and code, which could run anything, never are. Shards stay shards, and the store has them by
    links to the hub's cache where both lie on one file system: a model is on the disk once. The artifact is
    a folder that `from_pretrained` opens; nothing needs the hub after this.

    Args:
        repository: `owner/name` on the hub.
        revision: the commit, 40 hexadecimal digits, as the page of the repository's commits
            shows it.
        holds: what the model is; said, a study that gives it to what takes another does not compile.

    Returns:
        weights in the repository's own precision; the config holds `repository` and `revision`.

    Raises:
        ValueError: the repository has no `config.json` or no weights in safetensors, one of them is damaged,
            or the model is not what it is said to hold.
    """
    found = snapshot(repository, revision, "model", ("*.safetensors", "*.json", "*.txt", "*.jinja"))
    top = {name: path for name, path in found.items() if "/" not in name}
    if "config.json" not in top:
        raise ValueError(f"{repository} at {revision} has no config.json: it is no transformers model")
    try:
        config = json.loads(top["config.json"].read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        config = None
    if not isinstance(config, dict):
        raise ValueError(f"{repository} at {revision}: config.json holds no JSON object")
    check_holds(config, holds, f"{repository} at {revision}")
    files = {
        name: path.read_bytes()
        for name, path in top.items()
        if path.suffix in (".json", ".txt", ".jinja") and name not in (INDEX, "heldout.json")
    }
    weights = stored_weights(top, f"{repository} at {revision}", kept=True)
    return Model(weights, {"repository": repository, "revision": revision}, files)


def stored_weights(files: Mapping[str, Path], name: str, *, kept: bool) -> StoredWeights:
    """The weights of a folder in the hub's format, which stay in their files.

    Args:
        files: of the folder, by name.
        name: of the model, for messages.
        kept: nobody writes to the files again.

    Raises:
        ValueError: there are none in safetensors, or they are damaged.
    """
    index = None
    shards = [WEIGHTS]
    if WEIGHTS not in files:
        if INDEX not in files:
            raise ValueError(f"{name} has no {WEIGHTS}; convert it to safetensors first")
        index = files[INDEX].read_bytes()
        shards = _shards(index, name)
    if missing := [str(shard) for shard in shards if shard not in files or not shard.endswith(SUFFIX)]:
        raise ValueError(f"{name} lacks shards of its weights: {', '.join(missing)}")
    try:
        return StoredWeights({shard: files[shard] for shard in shards}, index, kept=kept)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _shards(index: bytes, name: str) -> list[str]:
    try:
        found = sorted(set(json.loads(index)["weight_map"].values()))
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{name}: {INDEX} holds no `weight_map` from weights to files") from error
    if not found:
        raise ValueError(f"{name}: {INDEX} names no files")
    return found
