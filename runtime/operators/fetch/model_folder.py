"""A pretrained model in a folder of the user's own."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from heldout.runtime.artifacts import Model
from heldout.runtime.artifacts.model import ADAPTER, ADAPTER_WEIGHTS
from heldout.runtime.artifacts.stored_weights import INDEX, StoredWeights
from heldout.runtime.hub.holds import Fetched, Holds, check_holds
from heldout.runtime.models.peft_format import adapter_settings
from heldout.runtime.operator import PinnedBy, operator
from heldout.runtime.operators.data.files.import_folder import content_sha256
from heldout.runtime.operators.fetch.model import stored_weights

TEXT, WEIGHTS = (".json", ".txt", ".jinja"), ".safetensors"
POOLING = "1_Pooling/config.json"  # sentence-transformers' word on how features are made of tokens
OURS = "heldout.json"


@operator(seconds=10.0)
def model_folder(
    *,
    path: Annotated[str, PinnedBy("sha256")],
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")],
    holds: Holds | None = None,
) -> Fetched:
    """The weights and text files of a folder in the hub's format, as `from_pretrained` opens it.

    The checksum pins the content, and `heldout checksum FOLDER` prints it: the SHA-256 of the lines that
    sha256sum prints for the files that are read, sorted by name. These are the folder's own files of
    safetensors, JSON, text and Jinja (a chat template, which runs in a sandbox), and `1_Pooling/config.json`,
    by which sentence-transformers says that features are the tokens' mean or the first token's. Pickles and
    code are never read, and no code of a model runs.
    Shards stay shards. The store has a copy, and no link, since the folder's files may be written to
    again. Where the folder lies is no part of a task, so that it may be moved.

    A folder with `adapter_config.json` and `adapter_model.safetensors` is an adapter, as the library peft
    saves one, and these two are what is read of it: `adapters/attach` adds it to its base.

    Args:
        path: the folder; a relative one is taken from the folder of the spec.
        sha256: checksum of the content, as above; `heldout check` says the right one.
        holds: what the model is; said, a study that gives it to what takes another does not compile.

    Returns:
        weights in the folder's own precision; the config holds `sha256`, and `pooling` where the folder says
        it.

    Raises:
        ValueError: the content is another, there is no `config.json` or there are no weights in safetensors,
            one of them is damaged, the model is not what it is said to hold, or the folder asks for another
            pooling than the mean or the first token.
    """
    root = Path(path)
    names = model_names(root)
    if (found := content_sha256(root, names)) != sha256:
        raise ValueError(f"the content of {path} has sha256 {found}, the study says {sha256}")
    if ADAPTER in names:
        return _adapter(root, names, sha256)
    weights = stored_weights({name: root / name for name in names}, path, kept=False)
    read = [name for name in names if name.endswith(TEXT) and name not in (INDEX, POOLING)]
    files = {name: (root / name).read_bytes() for name in read}
    check_holds(_object(root / "config.json"), holds, path)
    config = {"sha256": sha256} | ({"pooling": _pooling(root / POOLING)} if POOLING in names else {})
    return Model(weights, config, files)


def _adapter(root: Path, names: list[str], sha256: str) -> Model:
    """An adapter in the files of the library peft."""
    weights = StoredWeights({ADAPTER_WEIGHTS: root / ADAPTER_WEIGHTS}, kept=False)
    files = {name: (root / name).read_bytes() for name in names if name.endswith(TEXT)}
    kind = adapter_settings(files)["peft_type"].lower()
    return Model(weights, {"sha256": sha256, "adapter": kind}, files)


def model_names(root: Path) -> list[str]:
    """The files of a model's folder that are read, sorted by their names.

    Raises:
        ValueError: it is no folder of a model.
    """
    if not root.is_dir():
        raise ValueError(f"{root} is not a folder")
    names = sorted(
        entry.name
        for entry in root.iterdir()
        if entry.is_file()
        and entry.suffix in (*TEXT, WEIGHTS)
        and entry.name != OURS
        and not entry.name.startswith(".")
    )
    if ADAPTER in names and ADAPTER_WEIGHTS in names:
        return [name for name in names if name in (ADAPTER, ADAPTER_WEIGHTS)]
    if "config.json" not in names:
        raise ValueError(f"{root} has no config.json: it is no transformers model")
    if not any(name.endswith(WEIGHTS) for name in names):
        raise ValueError(f"{root} has no model.safetensors; convert it to safetensors first")
    if unfit := next((name for name in names if "\\" in name or not name.isprintable()), None):
        raise ValueError(f"{unfit!r} holds a backslash, a control character or no UTF-8; rename it")
    return sorted([*names, POOLING]) if (root / POOLING).is_file() else names


def _pooling(path: Path) -> str:
    said = _object(path)
    modes = {name for name, on in said.items() if name.startswith("pooling_mode_") and on is True}
    known = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "first"}
    if len(modes) != 1 or not modes <= known.keys():
        asked = ", ".join(sorted(modes)) or "no pooling"
        raise ValueError(f"{POOLING} asks for {asked}; there are {', '.join(known)}, one of them")
    return known[modes.pop()]


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} holds no JSON object")
    return found
