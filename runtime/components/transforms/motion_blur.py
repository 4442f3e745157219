"""Corrupt with a camera that moves."""

import math
from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor
from torch.nn.functional import pad

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity, uniform


@component
def motion_blur(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Blur along a line of any direction up to 45 degrees from the horizontal, fading to one end.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: the stream of draws, and values are not rounded to bytes; the
    kernel is that of ImageMagick.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    radius, deviation = at_severity(severity, ((10, 3), (15, 5), (15, 8), (15, 12), (20, 15)))
    return moved(picture, radius, deviation, uniform(-45, 45, generator))


def moved(picture: Tensor, radius: int, deviation: float, degrees: float) -> Tensor:
    """A picture smeared along a line, as ImageMagick's `MotionBlurImage` does it; its border is repeated.

    Args:
        picture: [channels, height, width].
        radius: of the kernel, which is twice as long, pixels.
        deviation: of the normal distribution by which it fades, pixels.
        degrees: which way pixels are looked for, from the right downwards.
    """
    angle = math.radians(degrees)
    weights = torch.exp(-torch.arange(2 * radius + 1).square() / (2 * deviation**2))
    height, width = picture.shape[-2:]
    reach = 2 * radius
    padded = pad(picture[None], (reach, reach, reach, reach), mode="replicate")[0]
    found = torch.zeros_like(picture)
    for step, weight in enumerate((weights / weights.sum()).tolist()):
        down = reach + math.ceil(step * math.sin(angle) - 0.5)
        across = reach + math.ceil(step * math.cos(angle) - 0.5)
        found += weight * padded[:, down : down + height, across : across + width]
    return found
