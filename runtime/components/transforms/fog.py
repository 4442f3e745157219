"""Corrupt with fog."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def fog(picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3) -> Tensor:
    """Lay clouds over the picture, and darken both to the greatest value that it had.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Clouds are of the least power of two that holds the picture, as 256 pixels are for its 224, and 32 for 32.
    Differs from the paper: the stream of draws, and values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    thickness, decay = at_severity(severity, ((1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)))
    height, width = picture.shape[-2:]
    side = max(2, 1 << (max(height, width) - 1).bit_length())
    clouds = plasma(side, decay, generator)[:height, :width].to(picture)
    most = picture.max()
    found: Tensor = (picture + thickness * clouds) * most / (most + thickness)
    return found.clamp(0, 1)


def plasma(side: int, decay: float, generator: Generator) -> Tensor:
    """A landscape of the diamond-square algorithm, whose opposite borders meet; [side, side], 0 to 1.

    Fournier, Fussell & Carpenter 1982, "Computer Rendering of Stochastic Models" (doi:10.1145/358523.358553).

    Args:
        side: a power of two, at least 2, pixels.
        decay: each halving of the step divides what is added at random by its square, as ImageNet-C's code
            has it.
        generator: of the draws.
    """
    land = torch.zeros(side, side, dtype=torch.float64)
    step, rough = side, 1.0

    def between(four: Tensor) -> Tensor:
        noise = torch.rand(four.shape, generator=generator, dtype=torch.float64) * 2 - 1
        return four / 4 + rough * noise

    while step >= 2:
        corners, half = land[::step, ::step], step // 2
        rows = corners + corners.roll(-1, 0)
        middles = between(rows + rows.roll(-1, 1))
        land[half::step, half::step] = middles
        land[::step, half::step] = between(middles + middles.roll(1, 0) + corners + corners.roll(-1, 1))
        land[half::step, ::step] = between(middles + middles.roll(1, 1) + rows)
        step, rough = half, rough / decay**2
    return (land - land.min()) / (land.max() - land.min())
