"""An encoder-decoder over tokens: built fresh, kept in the hub's format, and restored."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn

from runtime.artifacts import Model
from runtime.randomness import stable_seed

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
    config = T5Config(
        vocab_size=len(vocabulary),
        d_model=width,
        d_kv=width // heads,
        d_ff=2 * width,
        num_layers=depth,
        num_decoder_layers=depth,
        num_heads=heads,
        relative_attention_num_buckets=16,
        relative_attention_max_distance=32,
        dropout_rate=0.0,
        pad_token_id=PADDING,
        eos_token_id=END,
        decoder_start_token_id=PADDING,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "initialise"))
        return T5ForConditionalGeneration(config)


def encoder_decoder_model(module: Any, config: Mapping[str, Any]) -> Model:
    """The artifact of an encoder-decoder: the folder that `from_pretrained` opens.

    Args:
        module: a transformers model.
        config: what else is to be known of it, such as its `vocabulary`.
    """
    from transformers.utils import logging

    logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as folder:
        module.save_pretrained(folder, max_shard_size="1000TB")
        weights = load_file(Path(folder, "model.safetensors"))
        return Model(weights, dict(config), {"config.json": Path(folder, "config.json").read_bytes()})


def restore_encoder_decoder(model: Model) -> nn.Module:
    """The module of an artifact, in evaluation mode and float32.

    Args:
        model: what `encoder_decoder_model` gave, or an encoder-decoder as `fetch/model` brings it.

    Raises:
        ValueError: the artifact is no encoder-decoder of transformers, or weights are missing.
    """
    from transformers import AutoConfig, AutoModelForSeq2SeqLM
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if "config.json" not in model.files:
        raise ValueError("this model is no encoder-decoder: it has no config.json")
    settings = json.loads(model.files["config.json"])
    kind = settings.pop("model_type", "")
    try:
        config = AutoConfig.for_model(kind, **settings)
        cls = AutoModelForSeq2SeqLM._model_mapping[type(config)]
    except (KeyError, ValueError) as error:
        raise ValueError(f"{kind!r} is no encoder-decoder of transformers") from error
    with torch.random.fork_rng(devices=[]):  # from_pretrained initialises what is missing
        module, report = cls.from_pretrained(
            None,
            config=config,
            state_dict=dict(model.weights),
            dtype=torch.float32,
            output_loading_info=True,
        )
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"{len(missing)} weights are missing: {', '.join(missing[:5])}")
    return module.eval()
