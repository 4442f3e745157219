"""A transformer over tokens and what is made of it: a bi-encoder and a cross-encoder."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Model
from heldout.runtime.hub.format import fresh_network, hub_format, load_hub_weights
from heldout.runtime.language.text_inputs import EncoderInput, SpecialTokens
from heldout.runtime.models.tuned import also_tuned
from heldout.runtime.randomness import stable_seed

Pooling = Literal["mean", "first"]
HEAD = "head."


class TextEncoder(nn.Module):
    """A transformers encoder and its pooling: tokens [batch, length] to features [batch, width].

    Attributes:
        pooling: the mean over all tokens that are no padding, or the first token's (`[CLS]`).
        head: one number of the features, for a cross-encoder; a bi-encoder has none.
        files: of the hub's folder, the tokenizer's among them, but for the weights.
    """

    def __init__(
        self, backbone: Any, pooling: Pooling, special: SpecialTokens, files: Mapping[str, bytes]
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.pooling = pooling
        self.special = special
        self.files = dict(files)
        self.head: nn.Linear | None = None

    def forward(self, batch: EncoderInput) -> Tensor:
        mask = batch.tokens != self.special.padding
        more = segments(self.backbone, batch)
        hidden = self.backbone(batch.tokens, attention_mask=mask.long(), **more).last_hidden_state
        return pooled(hidden, mask, self.pooling)

    if TYPE_CHECKING:  # a module's call gives what `forward` gives; torch says Any

        def __call__(self, batch: EncoderInput) -> Tensor: ...

    def cosine(self, one: EncoderInput, other: EncoderInput) -> Tensor:
        """How alike two sentences are to the bi-encoder, [batch], in [-1, 1]."""
        return nn.functional.cosine_similarity(self(one), self(other))

    def logit(self, pair: EncoderInput) -> Tensor:
        """How alike the two sentences of a joined input are to the cross-encoder, [batch], nats."""
        assert self.head is not None, "a cross-encoder has a head"
        logits: Tensor = self.head(self(pair))
        return logits.squeeze(1)

    def with_fresh_head(self, seed: int) -> "TextEncoder":
        """The same encoder as a cross-encoder, with a new head (stream `head` of the seed)."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(stable_seed(seed, "head"))
            self.head = nn.Linear(self.backbone.config.hidden_size, 1)
        return self


@also_tuned
def restore_encoder(model: Model, pooling: Pooling, special: SpecialTokens) -> TextEncoder:
    """The encoder of an artifact: of one of these operators, or as `fetch/model` brings it.

    Args:
        model: its `config.json` says what transformers builds. Heads for other tasks (guessing
            words, the pooler) are left out.
        pooling: used where the model does not say it itself.
        special: of the data at hand.

    Raises:
        ValueError: it is no encoder of text, was made for other special tokens, or its weights do
            not fit.
    """
    if "config.json" not in model.files:
        raise ValueError("this model is no text encoder: it has no config.json")
    known = model.config.get("special_tokens", special.described())
    if known != special.described():
        raise ValueError(f"the model has the special tokens {known}, the data {special.described()}")
    backbone = _backbone(json.loads(model.files["config.json"]))
    head = {n.removeprefix(HEAD): w for n, w in model.weights.items() if n.startswith(HEAD)}
    load_hub_weights(backbone, {n: w for n, w in model.weights.items() if not n.startswith(HEAD)})
    encoder = TextEncoder(backbone, model.config.get("pooling", pooling), special, model.files)
    if head:
        fresh = encoder.with_fresh_head(0).head
        assert fresh is not None
        fresh.load_state_dict(head)
    return encoder


def encoder_model(encoder: TextEncoder) -> Model:
    """The artifact of an encoder, in the hub's format; a head's weights (`head.…`) lie beside."""
    weights, files = hub_format(encoder.backbone)
    head = {} if encoder.head is None else encoder.head.state_dict()
    config = {
        "text_encoder": "bi" if encoder.head is None else "cross",
        "pooling": encoder.pooling,
        "special_tokens": encoder.special.described(),
    }
    return Model(weights | {HEAD + n: w for n, w in head.items()}, config, encoder.files | files)


def pooled(hidden: Tensor, mask: Tensor, pooling: Pooling) -> Tensor:
    """Features [batch, width] of hidden states [batch, length, width], without the padding."""
    if pooling == "first":
        return hidden[:, 0]
    weight = mask[:, :, None].to(hidden.dtype)
    return (hidden * weight).sum(dim=1) / weight.sum(dim=1)


def segments(network: Any, batch: EncoderInput) -> dict[str, Tensor]:
    """The segments as a transformers network takes them, where it tells two apart."""
    has = getattr(network.config, "type_vocab_size", 0) > 1
    return {"token_type_ids": batch.segments} if has else {}


def _backbone(config: Mapping[str, Any]) -> Any:
    from transformers import AutoModel

    model = fresh_network(AutoModel, config)
    if model.main_input_name != "input_ids" or model.config.is_encoder_decoder:
        raise ValueError(f"{config.get('model_type')!r} is no encoder of text")
    if getattr(model, "pooler", None) is not None:
        model.pooler = None
    return model
