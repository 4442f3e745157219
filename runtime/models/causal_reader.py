"""A causal model as it is read for evaluation: on the job's device, at the precision that is asked for."""

import inspect
import json
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from heldout.runtime.artifacts import Model
from heldout.runtime.device import Precision, compute_device
from heldout.runtime.hub.reading import Reading
from heldout.runtime.models.hub_language_model import causal_of_transformers
from heldout.runtime.models.language_model import described_network, restore_language_model
from heldout.runtime.models.tuned import also_tuned


@dataclass(frozen=True)
class CausalReader:
    """A causal model in evaluation mode.

    Attributes:
        network: of transformers, or one of this project's own.
        hub: it is of transformers.
        vocabulary: how many logits a place has.
        ends: the tokens that end a text.
        context: how many tokens it reads at most; None where its files do not say it.
    """

    network: Any
    hub: bool
    vocabulary: int
    ends: tuple[int, ...]
    context: int | None

    @property
    def device(self) -> torch.device:
        device: torch.device = next(self.network.parameters()).device
        return device

    @property
    def scores_some_places(self) -> bool:
        """Whether logits can be had at some places alone."""
        return self.hub and "logits_to_keep" in inspect.signature(self.network.forward).parameters

    def logits(self, tokens: Tensor, places: Tensor) -> Tensor:
        """Logits of the next token at some places, [batch, len(places), vocabulary], nats.

        Args:
            tokens: [batch, length], padded on the right, which no place before it sees.
            places: the places in a row, the same for all rows, rising.
        """
        if self.scores_some_places:
            found: Tensor = self.network(input_ids=tokens, use_cache=False, logits_to_keep=places).logits
            return found
        whole = self.network(input_ids=tokens, use_cache=False).logits if self.hub else self.network(tokens)
        kept: Tensor = whole[:, places]
        return kept


def causal_reader(model: Model, precision: Precision) -> CausalReader:
    """A causal model as `fetch/model` or `train/language-model` gives it.

    Args:
        model: of transformers (its files have a `config.json`), or another language model.
        precision: of weights and activations; one of transformers alone may be read in bfloat16.

    Raises:
        ValueError: it is no causal language model, or its weights do not fit.
    """
    if "config.json" not in model.files:
        if precision != "float32":
            raise ValueError("a network that is none of transformers is read in float32")
        network = restore_language_model(model).to(compute_device()).eval()
        return CausalReader(network, False, described_network(model)[1], (), None)
    from transformers import GenerationConfig  # costs seconds

    loaded = _loaded(model, Reading(precision, compute_device()))
    loaded.generation_config = GenerationConfig()  # nothing that the study does not say
    loaded.to(device=compute_device()).eval()
    longest = getattr(loaded.config, "max_position_embeddings", None)
    size = loaded.get_output_embeddings().weight.shape[0]
    return CausalReader(loaded, True, size, end_tokens(model), longest)


@also_tuned
def _loaded(model: Model, reading: Reading) -> Any:
    return causal_of_transformers(model, reading)


def end_tokens(model: Model) -> tuple[int, ...]:
    """The tokens that end a text: of `generation_config.json`, else of `config.json`, else none."""
    said: dict[str, Any] = {}
    for name in ("config.json", "generation_config.json"):
        said |= json.loads(model.files[name]) if name in model.files else {}
    found = said.get("eos_token_id")
    return tuple(found) if isinstance(found, list) else () if found is None else (int(found),)
