"""Corrupt with frosted glass."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity
from heldout.runtime.components.transforms.gaussian_blur import blurred


@component
def glass_blur(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Blur, give pixels the colours of others nearby, and blur again.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Pixels at the border stay. Of two pixels that the code exchanges, one takes the colour of the other, which
    keeps its own, since the code assigns to views of one array; so it is here.
    Differs from the paper: the stream of draws, and values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    deviation, distance, times = at_severity(
        severity, ((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2))
    )
    height, width = picture.shape[-2:]
    found = blurred(picture, deviation)
    for _ in range(times):
        found = found.flatten(1)[:, _origins(height, width, distance, generator)]
    return blurred(found, deviation).clamp(0, 1)


def _origins(height: int, width: int, distance: int, generator: Generator) -> Tensor:
    """Whose colour each pixel has after one pass, [height, width], as places in the picture laid flat.

    A pass goes from the last pixel to the first, and each takes the colour that some neighbour has by then.
    """
    count = height * width
    here = torch.arange(count).view(height, width)
    down, across = torch.randint(-distance, distance, (2, height, width), generator=generator)
    inner = torch.zeros(height, width, dtype=torch.bool)
    inner[distance + 1 : height - distance + 1, distance + 1 : width - distance + 1] = True
    there = torch.where(inner, here + down * width + across, here)
    # A neighbour that lies behind was changed before: follow it to what it took, and so on, until all have
    # come to a colour from before the pass, whose places are counted from `count`.
    changed = (there > here) & inner.flatten()[there]
    links = torch.cat([torch.where(changed, there, there + count).flatten(), here.flatten() + count])
    while (links[:count] < count).any():
        links = links[links]
    return (links[:count] - count).view(height, width)
