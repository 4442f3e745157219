"""How a decoder is told where tokens stand: five ways, one of them none."""

import math

import torch
from torch import Tensor, nn


def sinusoids(length: int, width: int) -> Tensor:
    """Absolute positions as sines and cosines, [length, width].

    Vaswani et al. 2017, "Attention Is All You Need" (arXiv:1706.03762), section 3.5.
    Differs from the paper: nothing; with an odd width the last cosine is left out.
    """
    place = torch.arange(length, dtype=torch.float32)[:, None]
    rate = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(10000.0) / width))
    both = torch.stack((torch.sin(place * rate), torch.cos(place * rate)), dim=2)
    return both.reshape(length, -1)[:, :width]


def rotated(x: Tensor) -> Tensor:
    """Queries or keys, turned by an angle that grows with their place.

    Su et al. 2021, "RoFormer" (arXiv:2104.09864), equation 34, base 10000.
    Differs from the paper: feature i turns with i + width / 2 and not with its neighbour, as in
    GPT-NeoX: the same up to an order of features.

    Args:
        x: [batch, heads, length, width], width even.
    """
    length, width = x.shape[-2:]
    rate = 10000.0 ** (-torch.arange(0, width, 2, device=x.device, dtype=torch.float32) / width)
    angle = torch.arange(length, device=x.device, dtype=torch.float32)[:, None] * rate
    cosine, sine = angle.cos(), angle.sin()
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)


def alibi_bias(length: int, heads: int) -> Tensor:
    """A penalty on attention that grows with distance, [heads, length, length].

    Press et al. 2022, "Train Short, Test Long" (arXiv:2108.12409), section 3: head h of n has the
    slope 2^(-8 h / n). Differs from the paper: nothing where the number of heads is a power of
    two; for others the same formula is used, where its code mixes slopes of two powers.
    """
    slopes = 2.0 ** (-8.0 * torch.arange(1, heads + 1) / heads)
    place = torch.arange(length)
    distance = (place[:, None] - place[None, :]).clamp(min=0)
    return -slopes[:, None, None] * distance


def t5_buckets(length: int, num_buckets: int = 32, max_distance: int = 128) -> Tensor:
    """Which bucket the distance from query to key falls into, [length, length], int64.

    Raffel et al. 2020, "Exploring the Limits of Transfer Learning" (arXiv:1910.10683), section
    2.1, for a decoder: each distance below 16 by itself, then 16 buckets of logarithmic width up
    to 128, the last of which takes all that is farther. Differs from the paper: nothing.
    """
    place = torch.arange(length)
    distance = (place[:, None] - place[None, :]).clamp(min=0)
    exact = num_buckets // 2
    ratio = torch.log(distance.clamp(min=1) / exact) / math.log(max_distance / exact)
    far = (exact + (ratio * (num_buckets - exact)).long()).clamp(max=num_buckets - 1)
    return torch.where(distance < exact, distance, far)


class T5Bias(nn.Module):
    """A learned number for each bucket of distance and each head, shared by all layers."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.by_bucket = nn.Embedding(32, heads)

    def forward(self, length: int) -> Tensor:
        """What is added to the attention's scores, [heads, length, length]."""
        buckets = t5_buckets(length).to(self.by_bucket.weight.device)
        bias: Tensor = self.by_bucket(buckets)
        return bias.permute(2, 0, 1)
