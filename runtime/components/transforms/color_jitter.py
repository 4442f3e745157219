"""Change brightness, contrast, saturation and hue by chance."""

from collections.abc import Callable
from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import uniform
from heldout.runtime.components.transforms.random_greyscale import luma

Strength = Annotated[float, Field(ge=0)]


@component
def color_jitter(
    picture: Tensor,
    generator: Generator,
    *,
    brightness: Strength = 0.0,
    contrast: Strength = 0.0,
    saturation: Strength = 0.0,
    hue: Annotated[float, Field(ge=0, le=0.5)] = 0.0,
) -> Tensor:
    """All four in an order by chance, each by a factor by chance, as torchvision's ColorJitter has it.

    Howard 2013, "Some Improvements on Deep Convolutional Neural Network Based Image Classification"
    (arXiv:1312.5402), section 2.1: contrast, brightness and colour.
    Differs from torchvision: the stream of draws.

    Args:
        brightness: pixels are multiplied by a factor from 1 - brightness (0 at least) to 1 + brightness.
        contrast: as far apart from their mean luma.
        saturation: as far apart from their own luma; of one channel nothing changes.
        hue: turned by up to so much of the circle of colours, either way; of one channel nothing changes.
    """
    strengths = (brightness, contrast, saturation)
    factors = [uniform(max(0.0, 1 - s), 1 + s, generator) for s in strengths] + [
        uniform(-hue, hue, generator)
    ]
    changes: list[Callable[[Tensor, float], Tensor]] = [brightened, contrasted, saturated, turned]
    for number in torch.randperm(4, generator=generator).tolist():
        if (*strengths, hue)[number] > 0:
            picture = changes[number](picture, factors[number])
    return picture


def brightened(picture: Tensor, factor: float) -> Tensor:
    """Pixels times a factor, in [0, 1]."""
    return (picture * factor).clamp(0, 1)


def contrasted(picture: Tensor, factor: float) -> Tensor:
    """Pixels so many times as far from their mean luma, in [0, 1]."""
    mean = luma(picture).mean()
    return (mean + factor * (picture - mean)).clamp(0, 1)


def saturated(picture: Tensor, factor: float) -> Tensor:
    """Pixels so many times as far from their own luma, in [0, 1]."""
    grey = luma(picture)
    return (grey + factor * (picture - grey)).clamp(0, 1)


def turned(picture: Tensor, by: float) -> Tensor:
    """Hues turned by a share of the circle of colours.

    Smith 1978, "Color Gamut Transform Pairs" (doi:10.1145/800248.807361): hue, saturation and value, of which
    the latter two stay. kornia's `adjust_hue` says the same in four times the seconds.
    """
    if len(picture) != 3:
        return picture
    red, green, blue = picture
    value, least = picture.amax(0), picture.amin(0)
    chroma = value - least
    # Hue as a share of the circle from red, a sixth of which leads from each colour to the next. `lerp` by a
    # mask chooses, and is quicker than `where`.
    slope = chroma.clamp(min=1e-12).mul_(6).reciprocal_()  # of grey any will do
    most_red, most_green = (value == red).to(picture), (value == green).to(picture)
    from_blue, from_green, from_red = (red - green) * slope, (blue - red) * slope, (green - blue) * slope
    hue = torch.lerp(from_blue.add_(4 / 6), from_green.add_(2 / 6), most_green).lerp_(from_red, most_red)
    # A channel is at the value for a third of the circle and at the least for another, with ramps between.
    starts = picture.new_tensor([5 / 6, 3 / 6, 1 / 6])[:, None, None]
    sixths = (hue.add_(2 + by) + starts).frac_().mul_(6)
    return value - torch.minimum(sixths, 4 - sixths).clamp_(0, 1).mul_(chroma)
