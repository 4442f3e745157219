"""A causal language model of transformers, and the hub's format for it."""

import json
from typing import Any

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Model
from heldout.runtime.hub.format import from_hub_format, hub_format, transformers_config
from heldout.runtime.hub.reading import Reading
from heldout.runtime.models.causal_network import CausalNetwork


class HubLanguageModel(CausalNetwork):
    """A transformers model for causal language modelling, as a function from tokens to logits."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor, places: Tensor | None = None, states: bool = False) -> Tensor:
        """Logits, [batch, length, vocabulary], of tokens that may be of several rows packed into one.

        Args:
            tokens: [batch, length].
            places: where each token stands in its own row, [batch, length]; each 0 begins a row, which does
                not see those before it (`tells_packed_rows_apart` says whether the network keeps to that).
            states: give what the head reads instead, [batch, length, width].
        """
        own = {} if places is None else {"position_ids": places}
        if states:
            read: Tensor = self.model.base_model(input_ids=tokens, **own, use_cache=False).last_hidden_state
            return read
        logits: Tensor = self.model(input_ids=tokens, **own, use_cache=False).logits
        return logits

    def gradient_checkpointing_enable(self) -> None:
        """Compute activations again on the way back, and do not keep them.

        Raises:
            ValueError: the network cannot.
        """
        self.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})

    def plain_head(self) -> nn.Module | None:
        """The head, where logits are nothing but what it makes of the states; None where they are more.

        Some models scale or cap their logits. It is found out by two tokens.
        """
        head: nn.Module | None = self.model.get_output_embeddings()
        if head is None or self.model.base_model is self.model:
            return None
        with torch.no_grad():
            tokens = torch.tensor([[0, 1]], device=next(self.model.parameters()).device)
            try:
                made = head(self(tokens, states=True))
            except (AttributeError, RuntimeError, TypeError):
                return None
            return head if torch.allclose(made, self(tokens), rtol=1e-3, atol=1e-3) else None

    def tells_packed_rows_apart(self) -> bool:
        """Whether a row that is packed behind another gives the logits that it gives by itself."""
        with torch.no_grad():
            device = next(self.model.parameters()).device
            known = self.vocabulary
            first, second = [n % known for n in (1, 2, 3)], [n % known for n in (5, 4, 1, 2)]
            said = self(torch.tensor([second], device=device))[0]
            alone = said.float()
            places = torch.tensor([[*range(3), *range(4)]], device=device)
            try:
                packed = self(torch.tensor([[*first, *second]], device=device), places=places)[0, 3:].float()
            except TypeError:  # a network that takes no places
                return False
            scale = alone.std() + 1e-6
            rough = torch.bfloat16 in (said.dtype, next(self.model.parameters()).dtype)
            most = 0.1 if rough else 1e-3
            return bool(((packed - alone).abs().max() / scale) < most)

    def attentions(self, tokens: Tensor) -> Tensor:
        """The attention of every layer and head, [layers, batch, heads, length, length]."""
        usual = self.model.config._attn_implementation
        self.model.set_attn_implementation("eager")  # torch's kernels keep none
        try:
            said = self.model(input_ids=tokens, use_cache=False, output_attentions=True)
        finally:
            self.model.set_attn_implementation(usual)
        return torch.stack(said.attentions)

    @property
    def vocabulary(self) -> int:
        """The number of tokens that the model knows."""
        known: int = self.model.get_input_embeddings().num_embeddings
        return known

    def save_to_hub_format(self) -> tuple[dict[str, Tensor], dict[str, bytes]]:
        """Weights under the hub's names, and the other files of the folder."""
        return hub_format(self.model)


def causal_of_transformers(model: Model, reading: Reading) -> Any:
    """The causal model of a folder in the hub's format, in evaluation mode.

    Raises:
        ValueError: it is none, or a weight is missing or has another shape.
    """
    from transformers import AutoModelForCausalLM  # costs seconds

    about = json.loads(model.files["config.json"])
    config = transformers_config(about)
    try:
        kind = AutoModelForCausalLM._model_mapping[type(config)]
    except KeyError as error:
        raise ValueError(f"{about.get('model_type')!r} is no causal language model") from error
    return from_hub_format(kind, config, model.weights, reading=reading)
