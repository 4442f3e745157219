"""The kinds of model, and what restores each: a registry, asked in its order."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from torch import nn

from heldout.runtime.artifacts import Model
from heldout.runtime.control.trajectory_policy import TrajectoryPolicy, build_transformer
from heldout.runtime.graphs.classifier import restore_node_classifier
from heldout.runtime.hub.format import from_hub_format, transformers_config
from heldout.runtime.hub.reading import Reading
from heldout.runtime.language.text_inputs import SpecialTokens
from heldout.runtime.models.classifier import restore_classifier
from heldout.runtime.models.dual_encoder import restore_dual_encoder
from heldout.runtime.models.encoder_decoder import restore_encoder_decoder
from heldout.runtime.models.language_model import is_causal, restore_language_model
from heldout.runtime.models.text_encoder import restore_encoder
from heldout.runtime.models.tuned import also_tuned


class Kind(NamedTuple):
    """A kind of model.

    Attributes:
        name: what it is called.
        is_one: whether an artifact is of it, by its config and its `config.json`, which is {} where there
            is none.
        restore: its network, of weights read as is said; in which mode is the caller's.
    """

    name: str
    is_one: Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
    restore: Callable[[Model, Reading], nn.Module]


def described(model: Model) -> dict[str, Any]:
    """What a model's `config.json` says; {} where it has none.

    Raises:
        ValueError: it holds no JSON object.
    """
    try:
        found = json.loads(model.files.get("config.json", b"{}"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError("config.json holds no JSON object")
    return found


def _trajectory_policy(model: Model, _: Reading) -> nn.Module:
    settings = {key: value for key, value in model.config.items() if key != "policy"}
    module = build_transformer(settings, seed=0)
    module.load_state_dict(dict(model.weights))
    return module


def _text_encoder(model: Model, _: Reading) -> nn.Module:
    config = model.config
    return restore_encoder(model, config["pooling"], SpecialTokens(**config["special_tokens"]))


@also_tuned
def _of_transformers(model: Model, reading: Reading) -> nn.Module:
    """A network in the hub's format, of the class that its `config.json` names."""
    import transformers

    settings = described(model)
    name = str((settings.get("architectures") or ["nothing"])[0])
    kind: Any = getattr(transformers, name, None)
    if not (isinstance(kind, type) and issubclass(kind, transformers.PreTrainedModel)):
        raise ValueError(f"transformers has no network {name!r}, of which the model says that it is")
    module: nn.Module = from_hub_format(kind, transformers_config(settings), model.weights, reading=reading)
    return module


KINDS: tuple[Kind, ...] = (
    Kind("trajectory policy", lambda c, _: c.get("policy") == TrajectoryPolicy.name, _trajectory_policy),
    Kind("classifier or regressor", lambda c, _: "network" in c, lambda m, _: restore_classifier(m)),
    Kind("node classifier", lambda c, _: "graph_network" in c, lambda m, _: restore_node_classifier(m)),
    Kind("language model", lambda c, _: "language_model" in c, restore_language_model),
    Kind(
        "dual encoder",
        lambda c, hub: c.get("kind") == "dual-encoder" or hub.get("model_type") == "clip",
        lambda m, _: restore_dual_encoder(m),
    ),
    Kind("text encoder", lambda c, _: c.get("text_encoder") in ("bi", "cross"), _text_encoder),
    Kind("causal language model", lambda _, hub: is_causal(hub), restore_language_model),
    Kind(
        "encoder-decoder",
        lambda _, hub: bool(hub) and transformers_config(hub).is_encoder_decoder,
        restore_encoder_decoder,
    ),
    Kind("another of transformers", lambda _, hub: bool(hub), _of_transformers),
)
