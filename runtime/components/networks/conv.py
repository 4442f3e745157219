"""A small convolutional network."""

import math
from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.component import component
from heldout.runtime.models.featurizer import Featurizer

Norm = Literal["group", "batch"]


class _Conv(Featurizer):
    def __init__(self, num_channels: int, width: int, norm: Norm) -> None:
        super().__init__()
        self.num_features = 2 * width
        self.layers = nn.Sequential(
            *_layer(num_channels, width, norm, stride=1),
            *_layer(width, 2 * width, norm, stride=2),
            *_layer(2 * width, 2 * width, norm, stride=1),
            *_layer(2 * width, 2 * width, norm, stride=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = self.layers(x)
        return maps.mean((2, 3))


def _layer(num_in: int, num_out: int, norm: Norm, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(num_in, num_out, kernel_size=3, stride=stride, padding=1)
    if norm == "batch":
        return [convolution, nn.ReLU(), nn.BatchNorm2d(num_out)]
    return [convolution, nn.ReLU(), nn.GroupNorm(math.gcd(8, num_out), num_out)]


@component
def conv(
    shape: tuple[int, ...], *, width: Annotated[int, Field(ge=1)] = 64, norm: Norm = "group"
) -> Featurizer:
    """Four 3x3 convolutions, each with ReLU and a norm, and the mean over all places.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    appendix D: the network for MNIST, width, 2 width, 2 width and 2 width channels, stride 2 in
    the second convolution.
    Differs from the paper: nothing at width 64 with group norm, which has 8 groups, or as many as
    divide both 8 and the channels.

    Args:
        width: channels of the first convolution; there are twice as many features.
        norm: group norm, which looks at one example, or batch norm, whose statistics are of many
            and can be taken anew where a network is tested.

    Raises:
        ValueError: the input is not [channels, height, width].
    """
    if len(shape) != 3:
        raise ValueError(f"conv needs inputs [channels, height, width], got shape {list(shape)}")
    return _Conv(shape[0], width, norm)
