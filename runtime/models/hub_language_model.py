"""A causal language model of transformers, and the hub's format for it."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from heldout.runtime.hub.format import hub_format, load_hub_weights
from heldout.runtime.models.causal_network import CausalNetwork


class HubLanguageModel(CausalNetwork):
    """A transformers model for causal language modelling, as a function from tokens to logits."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits, [batch, length, vocabulary], of tokens [batch, length]."""
        logits: Tensor = self.model(input_ids=tokens, use_cache=False).logits
        return logits

    def attentions(self, tokens: Tensor) -> Tensor:
        """The attention of every layer and head, [layers, batch, heads, length, length]."""
        return torch.stack(self.model(input_ids=tokens, use_cache=False, output_attentions=True).attentions)

    @property
    def vocabulary(self) -> int:
        """The number of tokens that the model knows."""
        known: int = self.model.get_input_embeddings().num_embeddings
        return known

    def save_to_hub_format(self) -> tuple[dict[str, Tensor], dict[str, bytes]]:
        """Weights under the hub's names, and the other files of the folder."""
        return hub_format(self.model)

    def load_from_hub_format(self, weights: Mapping[str, Tensor]) -> None:
        """Take weights under the hub's names, as `from_pretrained` reads them.

        Raises:
            ValueError: a weight is missing or has another shape.
        """
        load_hub_weights(self.model, weights)
