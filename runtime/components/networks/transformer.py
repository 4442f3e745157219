"""A transformer on a short sequence of vectors, with or without layer norm."""

import math
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.component import component
from heldout.runtime.models.featurizer import Featurizer

Count = Annotated[int, Field(ge=1)]


@component
def transformer(
    shape: tuple[int, ...],
    *,
    width: Count = 128,
    depth: Count = 1,
    heads: Count = 4,
    layer_norm: bool = False,
) -> Featurizer:
    """Attention and perceptron layers on a sequence; the features are a last, read-out position.

    Nanda et al. 2023, "Progress measures for grokking via mechanistic interpretability"
    (arXiv:2301.05217), section 3: learned positions, ReLU, no layer norm, the answer read at the last
    token (there `=`, here a learned vector).
    Differs from the paper: every position sees every other, which for one layer changes nothing at the
    last one; the head that follows has a bias.

    Args:
        width: size of a position's vector; its perceptron is four times as wide.
        depth: number of layers.
        heads: of the attention; they divide the width.
        layer_norm: normalise before each part and at the end.

    Raises:
        ValueError: inputs are no sequence (positions first), or heads do not divide the width.
    """
    if len(shape) < 2:
        raise ValueError(f"transformer needs sequences of vectors, got shape {list(shape)}")
    if width % heads:
        raise ValueError(f"{heads} heads do not divide a width of {width}")
    return _Transformer(shape[0], math.prod(shape[1:]), width, depth, heads, layer_norm)


class _Transformer(Featurizer):
    def __init__(
        self, length: int, num_inputs: int, width: int, depth: int, heads: int, layer_norm: bool
    ) -> None:
        super().__init__()
        self.num_features = width
        self.embedding = nn.Linear(num_inputs, width, bias=False)
        self.positions = nn.Parameter(torch.randn(length + 1, width) / math.sqrt(width))
        self.layers = nn.Sequential(*(_Layer(width, heads, layer_norm) for _ in range(depth)))
        self.last = _norm(width, layer_norm)

    def forward(self, x: Tensor) -> Tensor:
        vectors = self.embedding(x.flatten(2))
        vectors = torch.cat([vectors, torch.zeros_like(vectors[:, :1])], dim=1) + self.positions
        features: Tensor = self.last(self.layers(vectors)[:, -1])
        return features


class _Layer(nn.Module):
    def __init__(self, width: int, heads: int, layer_norm: bool) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention = _norm(width, layer_norm)
        self.queries_keys_values = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.before_perceptron = _norm(width, layer_norm)
        self.perceptron = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.output(self._attend(self.before_attention(x)))
        change: Tensor = self.perceptron(self.before_perceptron(x))
        return x + change

    def _attend(self, x: Tensor) -> Tensor:
        together: Tensor = self.queries_keys_values(x)
        split = torch.unflatten(together, -1, (3, self.heads, -1))
        queries, keys, values = split.permute(
            2, 0, 3, 1, 4
        ).unbind()  # [3, batch, heads, positions, width / heads]
        scores = queries @ keys.transpose(-1, -2) / math.sqrt(queries.shape[-1])
        return (scores.softmax(dim=-1) @ values).transpose(1, 2).flatten(2)


def _norm(width: int, layer_norm: bool) -> nn.Module:
    return nn.LayerNorm(width) if layer_norm else nn.Identity()
