"""An encoder-decoder over tokens: built fresh, kept in the hub's format, and restored."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from heldout.runtime.artifacts import Model
from heldout.runtime.hub.format import from_hub_format, hub_format, transformers_config
from heldout.runtime.hub.reading import IN_FLOAT32, Reading
from heldout.runtime.models.tuned import also_tuned
from heldout.runtime.randomness import stable_seed

PADDING, END = 0, 1  # token ids, as T5 has them


def build_encoder_decoder(
    vocabulary: Sequence[str], width: int, depth: int, heads: int, seed: int
) -> nn.Module:
    """A freshly initialised T5 without dropout.

    Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
    Transformer" (arXiv:1910.10683), section 2.1.
    Differs from the paper: no dropout, and 16 buckets of relative positions in place of 32, since
    sequences are short.

    Args:
        vocabulary: tokens by id; id 0 is padding, id 1 ends a sequence.
        width: of the residual stream; a multiple of `heads`.
        depth: layers of the encoder, and of the decoder.
        heads: of every attention.
        seed: of the stream `initialise`.

    Raises:
        ValueError: the width is no multiple of the heads.
    """
    from transformers import T5Config, T5ForConditionalGeneration  # costs seconds

    if width % heads:
        raise ValueError(f"the width {width} is no multiple of {heads} heads")
    settings: dict[str, Any] = {
        "vocab_size": len(vocabulary),
        "d_model": width,
        "d_kv": width // heads,
        "d_ff": 2 * width,
        "num_layers": depth,
        "num_decoder_layers": depth,
        "num_heads": heads,
        "relative_attention_num_buckets": 16,
        "relative_attention_max_distance": 32,
        "dropout_rate": 0.0,
        "pad_token_id": PADDING,
        "eos_token_id": END,
        "decoder_start_token_id": PADDING,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "initialise"))
        return T5ForConditionalGeneration(T5Config(**settings))


def encoder_decoder_model(module: nn.Module, config: Mapping[str, Any]) -> Model:
    """The artifact of an encoder-decoder: the folder that `from_pretrained` opens.

    Args:
        module: a transformers model.
        config: what else is to be known of it, such as its `vocabulary`.
    """
    weights, files = hub_format(module)
    return Model(weights, dict(config), files)


@also_tuned
def restore_encoder_decoder(model: Model, reading: Reading = IN_FLOAT32) -> nn.Module:
    """The module of an artifact, in evaluation mode.

    Args:
        model: what `encoder_decoder_model` gave, or one as `fetch/model` brings it, whole or tuned.
        reading: of the weights.

    Raises:
        ValueError: the artifact is no encoder-decoder of transformers, or a weight is missing or has another
            shape.
    """
    from transformers import AutoModelForSeq2SeqLM  # costs seconds

    if "config.json" not in model.files:
        raise ValueError("this model is no encoder-decoder: it has no config.json")
    config = transformers_config(json.loads(model.files["config.json"]))
    try:
        kind = AutoModelForSeq2SeqLM._model_mapping[type(config)]
    except KeyError as error:
        raise ValueError(f"{config.model_type!r} is no encoder-decoder of transformers") from error
    module: nn.Module = from_hub_format(kind, config, model.weights, reading=reading)
    return module.eval()


def encoder_of(module: nn.Module) -> nn.Module:
    """The encoder inside an encoder-decoder of transformers."""
    encoder: Callable[[], nn.Module] = getattr(module, "get_encoder")  # noqa: B009 - torch says: a module or a tensor
    return encoder()
