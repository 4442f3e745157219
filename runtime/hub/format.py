"""The hub's format: networks of transformers to and from the files that `from_pretrained` opens."""

import shutil
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from heldout.runtime.artifacts.stored_weights import INDEX, SUFFIX, StoredWeights, owned
from heldout.runtime.distributed import world
from heldout.runtime.hub.reading import IN_FLOAT32, Reading, WeightsPrecision
from heldout.runtime.rights import make_folders


def hub_format(network: Any) -> tuple[dict[str, Tensor], dict[str, bytes]]:
    """Weights of a transformers network under the hub's names, and its folder's other files.

    Of several processes the first alone is given them, the one that writes: transformers saves in no other.
    """
    if not world().is_first:
        return {}, {}
    with tempfile.TemporaryDirectory() as folder:
        network.save_pretrained(folder, max_shard_size="1000TB")
        weights = load_file(Path(folder, "model.safetensors"))
        others = [path for path in sorted(Path(folder).iterdir()) if path.suffix == ".json"]
        return weights, {path.name: path.read_bytes() for path in others}


def hub_files(
    network: Any, weights: Mapping[str, Tensor], folder: Path, beside: Mapping[str, Tensor]
) -> tuple[StoredWeights, dict[str, bytes]]:
    """What `hub_format` gives, of weights that lie elsewhere: in files of 2 GB, which are made one by one.

    Args:
        network: of transformers, whose own weights are not looked at.
        weights: all of its state, by its own names.
        folder: where the files go; what is in it goes.
        beside: further weights, which get a file of their own.
    """
    shutil.rmtree(folder, ignore_errors=True)
    make_folders(folder)
    network.save_pretrained(folder, state_dict=dict(weights), max_shard_size="2GB")
    if beside:
        save_file(dict(beside), folder / f"beside{SUFFIX}", metadata={"format": "pt"})
    inside = sorted(folder.iterdir())
    stored = StoredWeights({path.name: path for path in inside if path.suffix == SUFFIX}, _index(folder))
    others = [path for path in inside if path.suffix == ".json" and path.name != INDEX]
    return stored, {path.name: path.read_bytes() for path in others}


def _index(folder: Path) -> bytes | None:
    return (folder / INDEX).read_bytes() if (folder / INDEX).is_file() else None


class _Waiting:
    """A weight that is read when its turn comes: transformers takes it by `[...]`, as slices of files."""

    def __init__(self, weights: Mapping[str, Tensor], name: str, mapped: bool) -> None:
        self._weights, self._name, self._mapped = weights, name, mapped

    def __getitem__(self, _: object) -> Tensor:
        return self._weights[self._name] if self._mapped else owned(self._weights, self._name)


def from_hub_format(
    kind: Any,
    config: Any,
    weights: Mapping[str, Tensor],
    needed: Collection[str] | None = None,
    reading: Reading = IN_FLOAT32,
) -> Any:
    """A network of transformers with weights under the hub's names, as `from_pretrained` reads them.

    Weights that it has no place for, such as those of heads for other tasks, are left out. They are read one
    by one, straight into the precision and onto the device that are asked for: the memory that it takes is
    that of the network, and on another device than the CPU that of some weights. Of a model's folder nothing
    but these is looked at.

    Args:
        kind: its class.
        config: its configuration.
        weights: of the network; they may be in another precision.
        needed: names without which it cannot be; all of its own by default.
        reading: the precision, the device and how attention is computed.

    Returns:
        the network, in evaluation mode.

    Raises:
        ValueError: a weight is missing or has another shape.
    """
    quiet()
    options: dict[str, Any] = {} if reading.attention is None else {"attn_implementation": reading.attention}
    if reading.device is not None and torch.device(reading.device).type != "cpu":
        options["device_map"] = {"": reading.device}
    with torch.random.fork_rng(devices=[]):  # from_pretrained initialises what is missing
        network, report = kind.from_pretrained(
            None,
            config=config,
            state_dict={name: _Waiting(weights, name, reading.mapped) for name in weights},
            dtype=stored_dtype(weights) if reading.mapped else weights_dtype(reading.dtype, config, weights),
            ignore_mismatched_sizes=True,
            output_loading_info=True,
            **options,
        )
    unfit = set(report["missing_keys"]) | {name for name, *_ in report["mismatched_keys"]}
    if lacking := sorted(unfit if needed is None else unfit & set(needed)):
        raise ValueError(f"{len(lacking)} weights are missing or of another shape: {', '.join(lacking[:5])}")
    return network


def weights_dtype(wanted: WeightsPrecision, config: Any, weights: Mapping[str, Tensor]) -> torch.dtype:
    """The precision that a network's weights are read in; `auto` is what they are stored in."""
    if wanted != "auto":
        dtype: torch.dtype = getattr(torch, wanted)
        return dtype
    said = getattr(config, "dtype", None)
    found = said if isinstance(said, torch.dtype) else stored_dtype(weights)
    return found if found in (torch.float32, torch.bfloat16, torch.float16) else torch.float32


def stored_dtype(weights: Mapping[str, Tensor]) -> torch.dtype:
    """What the first of some weights that are no whole numbers is stored in."""
    floating = (weights[name].dtype for name in weights if weights[name].is_floating_point())
    return next(floating, torch.float32)


def load_hub_weights(network: Any, weights: Mapping[str, Tensor]) -> None:
    """Give a network weights under the hub's names; its own are let go first, so that it is held once.

    Raises:
        ValueError: a weight of the network is missing or has another shape.
    """
    own = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    names = list(network.state_dict())
    for parameter in network.parameters():
        parameter.data = parameter.data.new_empty(0)
    loaded = from_hub_format(type(network), network.config, weights, names).state_dict()
    for name in names:
        if name in own:  # of tied weights one alone is there
            own[name].data = loaded[name].to(own[name].device)


# What a configuration may not choose: code of repositories, kernels of the hub, weights from elsewhere.
_IMPLEMENTATIONS = ("attn_implementation", "experts_implementation")
NOT_DESCRIBED = {"auto_map", "use_pretrained_backbone", "use_kernels"} | {
    spelling for name in _IMPLEMENTATIONS for spelling in (name, f"_{name}", f"_{name}_internal")
}


def described(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a `config.json` says of its network, also of parts of it, without what would be run or fetched."""
    return {
        key: described(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
        if key not in NOT_DESCRIBED
    }


def transformers_config(config: Mapping[str, Any]) -> Any:
    """A configuration of transformers from a `config.json`.

    Raises:
        ValueError: transformers does not know the model type or cannot read a setting.
    """
    from transformers import AutoConfig  # costs seconds

    quiet()
    settings = described(config)
    try:
        return AutoConfig.for_model(settings.pop("model_type", ""), **settings)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"transformers cannot build {config.get('model_type')!r}: {error}") from error


def fresh_network(auto: Any, config: Mapping[str, Any], **options: Any) -> Any:
    """The network that a `config.json` describes, freshly initialised, in float32.

    Args:
        auto: one of transformers' classes that choose by the model type, such as `AutoModel`.
        config: with `model_type`.
        options: of `from_config`.

    Raises:
        ValueError: transformers has no such network for the configuration.
    """
    built = transformers_config(config)
    try:
        return auto.from_config(built, **options).float()
    except (ValueError, KeyError) as error:
        raise ValueError(f"transformers cannot build {config.get('model_type')!r}: {error}") from error


def quiet() -> None:
    """Keep transformers from writing bars and warnings into the log."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
