"""The hub's format: networks of transformers to and from the files that `from_pretrained` opens."""

import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor


def hub_format(network: Any) -> tuple[dict[str, Tensor], dict[str, bytes]]:
    """Weights of a transformers network under the hub's names, and its folder's other files."""
    with tempfile.TemporaryDirectory() as folder:
        network.save_pretrained(folder, max_shard_size="1000TB")
        weights = load_file(Path(folder, "model.safetensors"))
        others = [path for path in sorted(Path(folder).iterdir()) if path.suffix == ".json"]
        return weights, {path.name: path.read_bytes() for path in others}


def from_hub_format(
    kind: Any, config: Any, weights: Mapping[str, Tensor], needed: Collection[str] | None = None
) -> Any:
    """A network of transformers with weights under the hub's names, as `from_pretrained` reads them.

    Weights that it has no place for, such as those of heads for other tasks, are left out.

    Args:
        kind: its class.
        config: its configuration.
        weights: of the network; they may be in another precision.
        needed: names without which it cannot be; all of its own by default.

    Returns:
        the network, in float32 and evaluation mode.

    Raises:
        ValueError: a weight is missing or has another shape.
    """
    quiet()
    with torch.random.fork_rng(devices=[]):  # from_pretrained initialises what is missing
        network, report = kind.from_pretrained(
            None,
            config=config,
            state_dict=dict(weights),
            dtype=torch.float32,
            ignore_mismatched_sizes=True,
            output_loading_info=True,
        )
    unfit = set(report["missing_keys"]) | {name for name, *_ in report["mismatched_keys"]}
    if lacking := sorted(unfit if needed is None else unfit & set(needed)):
        raise ValueError(f"{len(lacking)} weights are missing or of another shape: {', '.join(lacking[:5])}")
    return network


def load_hub_weights(network: Any, weights: Mapping[str, Tensor]) -> None:
    """Give a network weights under the hub's names.

    Raises:
        ValueError: a weight of the network is missing or has another shape.
    """
    own = network.state_dict()
    loaded = from_hub_format(type(network), network.config, weights, own).state_dict()
    network.load_state_dict({name: value for name, value in loaded.items() if name in own})


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
