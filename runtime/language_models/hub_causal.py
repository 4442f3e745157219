"""A causal language model of transformers, and the hub's format for it."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from runtime.operator import component


class HubLanguageModel(nn.Module):
    """A transformers model for causal language modelling, as a function from tokens to logits."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits, [batch, length, vocabulary], of tokens [batch, length]."""
        return self.model(input_ids=tokens, use_cache=False).logits

    def attentions(self, tokens: Tensor) -> Tensor:
        """The attention of every layer and head, [layers, batch, heads, length, length]."""
        return torch.stack(self.model(input_ids=tokens, use_cache=False, output_attentions=True).attentions)

    @property
    def vocabulary(self) -> int:
        """The number of tokens that the model knows."""
        return self.model.get_input_embeddings().num_embeddings

    def save_to_hub_format(self) -> tuple[dict[str, Tensor], dict[str, bytes]]:
        """Weights under the hub's names, and the other files of the folder."""
        with tempfile.TemporaryDirectory() as folder:
            self.model.save_pretrained(folder, max_shard_size="1000TB")
            weights = load_file(Path(folder, "model.safetensors"))
            others = [path for path in sorted(Path(folder).iterdir()) if path.suffix == ".json"]
            return weights, {path.name: path.read_bytes() for path in others}

    def load_from_hub_format(self, weights: Mapping[str, Tensor]) -> None:
        """Take weights under the hub's names, as `from_pretrained` reads them.

        Raises:
            ValueError: a weight is missing or has another shape.
        """
        with torch.random.fork_rng(devices=[]):  # from_pretrained initialises what is missing
            loaded, report = type(self.model).from_pretrained(
                None,
                config=self.model.config,
                state_dict=dict(weights),
                dtype=torch.float32,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
        mismatched = {name for name, *_ in report["mismatched_keys"]}
        if lacking := sorted(set(report["missing_keys"]) | mismatched):
            raise ValueError(
                f"{len(lacking)} weights are missing or of another shape: {', '.join(lacking[:5])}"
            )
        self.model.load_state_dict(loaded.state_dict())


@component
def hub_causal(vocabulary: int, *, config: dict[str, Any]) -> nn.Module:
    """Any causal language model of transformers, freshly initialised from its configuration.

    What `start` from a hub model builds before it loads the weights. Attention is written out
    (eager), so that it can be looked at.

    Args:
        config: as in a `config.json` of the hub, with `model_type`; without `vocab_size` it gets
            that of the data.

    Raises:
        ValueError: transformers has no causal language model for the configuration.
    """
    from transformers import AutoConfig, AutoModelForCausalLM  # costs seconds
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    settings = {"vocab_size": vocabulary} | dict(config)
    try:
        built = AutoConfig.for_model(settings.pop("model_type", ""), **settings)
        model = AutoModelForCausalLM.from_config(built, attn_implementation="eager")
    except (ValueError, KeyError) as error:
        raise ValueError(f"transformers cannot build {config.get('model_type')!r}: {error}") from error
    return HubLanguageModel(model.float())
