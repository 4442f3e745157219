"""Models as torch modules: from an artifact to the network that its weights belong to."""

import json
from typing import Any

from torch import nn

from heldout.runtime.artifacts import Model
from heldout.runtime.control.trajectory_policy import TrajectoryPolicy, build_transformer
from heldout.runtime.graphs.classifier import restore_node_classifier
from heldout.runtime.hub.format import from_hub_format, transformers_config
from heldout.runtime.language.text_inputs import SpecialTokens
from heldout.runtime.models.classifier import restore_classifier
from heldout.runtime.models.dual_encoder import restore_dual_encoder
from heldout.runtime.models.language_model import restore_language_model
from heldout.runtime.models.text_encoder import restore_encoder


def restore(model: Model) -> nn.Module:
    """The module of an artifact, in evaluation mode, on the CPU.

    Raises:
        ValueError: the artifact is no whole network: an adapter, prompts, or weights that start others.
    """
    return _module(model).eval()


def _module(model: Model) -> nn.Module:
    config = model.config
    if config.get("policy") == TrajectoryPolicy.name:
        module = build_transformer({key: value for key, value in config.items() if key != "policy"}, seed=0)
        module.load_state_dict(dict(model.weights))
        return module
    if "network" in config:
        return restore_classifier(model)
    if "graph_network" in config:
        return restore_node_classifier(model)
    if "language_model" in config:
        return restore_language_model(model)
    if config.get("kind") == "dual-encoder":
        return restore_dual_encoder(model)
    if config.get("text_encoder") in ("bi", "cross"):
        return restore_encoder(model, config["pooling"], SpecialTokens(**config["special_tokens"]))
    if "config.json" in model.files:
        return _of_transformers(model)
    described = json.dumps(dict(config), sort_keys=True)[:200]
    raise ValueError(f"no network is known for these weights alone ({described}): take them as an artifact")


def _of_transformers(model: Model) -> nn.Module:
    """A network in the hub's format, of the class that its `config.json` names."""
    import transformers

    settings = json.loads(model.files["config.json"])
    name = str((settings.get("architectures") or ["nothing"])[0])
    kind: Any = getattr(transformers, name, None)
    if not (isinstance(kind, type) and issubclass(kind, transformers.PreTrainedModel)):
        raise ValueError(f"transformers has no network {name!r}, of which the model says that it is")
    module: nn.Module = from_hub_format(kind, transformers_config(settings), model.weights)
    return module
