"""A language model as an artifact: built fresh, kept, and restored."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.component import chosen
from heldout.runtime.hub.format import hub_files
from heldout.runtime.hub.reading import IN_FLOAT32, Reading
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.hub_language_model import HubLanguageModel, causal_of_transformers
from heldout.runtime.models.tuned import also_tuned
from heldout.runtime.randomness import stable_seed

Network = str | dict[str, Any]
HUB = "hub-causal"  # the component that is any network of transformers


def vocabulary_of(data: Dataset) -> int:
    """The number of tokens that a dataset of sequences speaks of: its vocabulary is in its notes.

    Raises:
        ValueError: the data have no tokens or no vocabulary, or a token outside of it.
    """
    sequences = data.sequences.get("tokens")
    tokens = data.tensors.get("tokens") if sequences is None else sequences.values
    if tokens is None or "vocabulary" not in data.notes:
        known = ", ".join([*data.tensors, *data.sequences, *data.notes]) or "nothing"
        raise ValueError(f"a language model needs `tokens` and notes with a `vocabulary`, not {known}")
    size = len(data.notes["vocabulary"])
    if len(data) and int(tokens.max()) >= size:
        raise ValueError(f"token {int(tokens.max())} is outside a vocabulary of {size}")
    return size


def build_language_model(network: Network, vocabulary: int, seed: int) -> CausalNetwork:
    """A freshly initialised language model.

    Args:
        network: a component of `runtime/components/language_models`, by name or with parameters.
        vocabulary: number of tokens, the padding with id 0 among them.
        seed: of the stream `initialise`.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "initialise"))
        module: CausalNetwork = chosen("language-models", network)(vocabulary)
        return module


def language_model_artifact(module: CausalNetwork, network: Network, vocabulary: int) -> Model:
    """A language model's weights and what rebuilds it; one of transformers in the hub's format."""
    config = {"language_model": network, "vocabulary": vocabulary}
    if isinstance(module, HubLanguageModel):
        weights, files = module.save_to_hub_format()
        return Model(weights, config, files)
    return Model(module.state_dict(), config)


def language_model_in_files(
    module: CausalNetwork, network: Network, vocabulary: int, weights: Mapping[str, Tensor], folder: Path
) -> Model:
    """What `language_model_artifact` gives, of weights that lie elsewhere: in files, made one by one.

    Args:
        module: of transformers; its own weights are not looked at.
        network: what built it, as a study writes it.
        vocabulary: tokens that it knows.
        weights: all of its state, by its own names.
        folder: where the files go; what is in it goes.
    """
    assert isinstance(module, HubLanguageModel)
    own = {name.removeprefix("model."): weight for name, weight in weights.items()}
    stored, files = hub_files(module.model, own, folder, {})
    return Model(stored, {"language_model": network, "vocabulary": vocabulary}, files)


def described_network(model: Model) -> tuple[Network, int]:
    """The network of an artifact as a study writes it, and the size of its vocabulary.

    Raises:
        ValueError: the artifact is no language model.
    """
    if "language_model" in model.config:
        return model.config["language_model"], model.config["vocabulary"]
    if "config.json" not in model.files:
        raise ValueError("this model is no language model: its config names none")
    config = json.loads(model.files["config.json"])
    if "vocab_size" not in config:
        raise ValueError(f"this model is no language model: {config.get('model_type')!r} has no vocab_size")
    return {HUB: {"config": config, "attention": "sdpa"}}, config["vocab_size"]


def is_causal(config: Mapping[str, Any]) -> bool:
    """Whether a `config.json` says that its network is a causal language model."""
    names = config.get("architectures") or [""]
    return str(names[0]).endswith(("ForCausalLM", "LMHeadModel"))


@also_tuned
def restore_language_model(model: Model, reading: Reading = IN_FLOAT32) -> CausalNetwork:
    """The language model of an artifact: one trained here, or as `fetch/model` brings it.

    Args:
        model: whole, or tuned.
        reading: of the weights, where the network is of transformers.

    Raises:
        ValueError: the artifact is no language model, or its weights do not fit its network.
    """
    network, vocabulary = described_network(model)
    own = network.get(HUB) if isinstance(network, dict) else None
    if own is not None and "config.json" in model.files:
        attention = reading.attention or own.get("attention", "eager")
        return HubLanguageModel(causal_of_transformers(model, replace(reading, attention=attention)))
    module = build_language_model(network, vocabulary, seed=0)
    try:
        module.load_state_dict(dict(model.weights))
    except RuntimeError as error:
        raise ValueError(f"the weights do not fit the network {network!r}: {error}") from error
    return module
