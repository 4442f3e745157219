"""A decoder-only transformer, with a choice of how it learns where tokens stand."""

from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.component import component
from heldout.runtime.components.language_models._positions import T5Bias, alibi_bias, rotated, sinusoids
from heldout.runtime.models.causal_network import CausalNetwork

Count = Annotated[int, Field(ge=1)]
Positions = Literal["none", "absolute", "t5-relative", "alibi", "rotary"]


class Attention(nn.Module):
    """Causal attention with several heads; `turn` applies rotary positions."""

    def __init__(self, width: int, heads: int, turn: bool) -> None:
        super().__init__()
        self.heads = heads
        self.turn = turn
        self.inward = nn.Linear(width, 3 * width)
        self.outward = nn.Linear(width, width)

    def forward(self, x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """The output, [batch, length, width], and the attention, [batch, heads, length, length]."""
        batch, length, width = x.shape
        split = self.inward(x).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        if self.turn:
            query, key = rotated(query), rotated(key)
        scores = query @ key.transpose(2, 3) * (width // self.heads) ** -0.5
        attention = (scores + bias).softmax(dim=-1)
        mixed = (attention.to(value.dtype) @ value).transpose(1, 2).reshape(batch, length, width)
        return self.outward(mixed), attention


class Block(nn.Module):
    """Attention, then a perceptron, each behind a layer norm and added to its input."""

    def __init__(self, width: int, heads: int, turn: bool, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = Attention(width, heads, turn)
        self.perceptron_norm = nn.LayerNorm(width)
        self.perceptron_in = nn.Linear(width, 4 * width)
        self.perceptron_out = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        mixed, attention = self.attention(self.attention_norm(x), bias)
        x = x + self.dropout(mixed)
        inner = nn.functional.relu(self.perceptron_in(self.perceptron_norm(x)))
        return x + self.dropout(self.perceptron_out(inner)), attention


class Decoder(CausalNetwork):
    """See `decoder`."""

    def __init__(
        self, vocabulary: int, width: int, depth: int, heads: int, positions: Positions, dropout: float
    ) -> None:
        super().__init__()
        self.heads = heads
        self.positions = positions
        self.embedding = nn.Embedding(vocabulary, width)
        turn = positions == "rotary"
        self.blocks = nn.ModuleList(Block(width, heads, turn, dropout) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary)
        self._initialise(depth)
        if positions == "t5-relative":  # last, so that all other weights are those of the other schemes
            self.t5_bias = T5Bias(heads)
            nn.init.normal_(self.t5_bias.by_bucket.weight, std=width**-0.5)

    def _initialise(self, depth: int) -> None:
        for name, module in self.named_modules():
            if isinstance(module, nn.Linear):
                into_residual = name.endswith(("outward", "perceptron_out"))
                scale = (2 * depth) ** -0.5 if into_residual else 1.0
                nn.init.normal_(module.weight, std=scale * module.in_features**-0.5)
                nn.init.zeros_(module.bias)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits, [batch, length, vocabulary], of tokens [batch, length]."""
        x, bias = self._begin(tokens)
        for block in self.blocks:
            x, _ = block(x, bias)
        logits: Tensor = self.head(self.norm(x))
        return logits

    def attentions(self, tokens: Tensor) -> Tensor:
        """The attention of every layer and head, [layers, batch, heads, length, length]."""
        x, bias = self._begin(tokens)
        found = []
        for block in self.blocks:
            x, attention = block(x, bias)
            found.append(attention)
        return torch.stack(found)

    def _begin(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """The embedded tokens, and what is added to all attention scores: the mask and the bias."""
        length = tokens.shape[1]
        x = self.embedding(tokens)
        later = torch.full((length, length), float("-inf"), device=tokens.device).triu(1)
        if self.positions == "absolute":
            x = x + sinusoids(length, x.shape[2]).to(x)
        if self.positions == "alibi":
            return x, later + alibi_bias(length, self.heads).to(x)
        if self.positions == "t5-relative":
            return x, later + self.t5_bias(length)
        return x, later


@component
def decoder(
    vocabulary: int,
    *,
    positions: Positions = "none",
    width: Count = 64,
    depth: Count = 2,
    heads: Count = 4,
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0,
) -> CausalNetwork:
    """A decoder-only transformer with a layer norm before each part.

    Radford et al. 2019, "Language Models are Unsupervised Multitask Learners" (GPT-2), section
    2.3, with the positions of Kazemnejad et al. 2023 (arXiv:2305.19466), section 3: none
    (NoPE), absolute (sinusoids, arXiv:1706.03762), T5's relative bias (arXiv:1910.10683), ALiBi
    (arXiv:2108.12409) or rotary (arXiv:2104.09864).
    Differs from the paper: weights start from a normal distribution with the standard deviation
    1 / sqrt(inputs), embeddings with 1, which small widths need; embedding and output are not
    tied; the perceptron has ReLU, as in T5, and not GELU; scores are divided by the root of the
    head's width for T5's bias too.

    Args:
        positions: how the network is told where tokens stand. Equal seeds give equal weights
            under all of them, but for T5's bias, which the others do not have.
        width: size of a token's representation.
        depth: number of layers.
        heads: of the attention; they divide the width, and rotary needs an even width of each.
        dropout: probability, of what each part adds.

    Raises:
        ValueError: heads do not divide the width, or rotary heads are of odd width.
    """
    if width % heads:
        raise ValueError(f"{heads} heads do not divide a width of {width}")
    if positions == "rotary" and (width // heads) % 2:
        raise ValueError(f"rotary needs heads of even width, got {width // heads}")
    return Decoder(vocabulary, width, depth, heads, positions, dropout)
