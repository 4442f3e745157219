"""Random views of images: the same thing, seen a little differently."""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample


class Views(NamedTuple):
    """How far views differ; 0 is not at all.

    Attributes:
        shift: pixels, at most, in each direction.
        turn: degrees, at most, in each direction.
        scale: share of the size, at most, larger or smaller.
        noise: standard deviation, in the unit of the pixels.
    """

    shift: float
    turn: float
    scale: float
    noise: float


def random_views(images: Tensor, views: Views, generator: torch.Generator) -> Tensor:
    """One view of each image, [n, channels, height, width], in bilinear interpolation; zeros come in.

    Args:
        images: [n, channels, height, width], floating point.
        views: how far they differ.
        generator: on the CPU; all that is random comes from it.
    """
    count, _, height, width = images.shape
    uniform = torch.rand(4, count, generator=generator) * 2 - 1
    angle = uniform[0] * math.radians(views.turn)
    size = 1 + uniform[1] * views.scale
    cos, sin = angle.cos() / size, angle.sin() / size
    # Coordinates run from -1 to 1, so a pixel is 2 / width of them.
    right, down = uniform[2] * views.shift * 2 / width, uniform[3] * views.shift * 2 / height
    ratio = height / width
    theta = torch.stack(
        [torch.stack([cos, -sin * ratio, right], 1), torch.stack([sin / ratio, cos, down], 1)], 1
    )
    grid = affine_grid(theta.to(images), list(images.shape), align_corners=False)
    seen = grid_sample(images, grid, align_corners=False)
    if views.noise == 0:
        return seen
    return seen + views.noise * torch.randn(images.shape, generator=generator).to(images)
