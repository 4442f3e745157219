"""Corrupt with a lens that is out of focus."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def defocus_blur(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Blur by a disk, whose edge is smoothed.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: values are not rounded to bytes, and pictures of ten pixels or fewer have their
    border repeated.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    from kornia.filters import filter2d, gaussian_blur2d  # costs a third of a second

    radius, smooth = at_severity(severity, ((3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)))
    reach, side = max(8, radius), 3 if radius <= 8 else 5
    across = torch.arange(-reach, reach + 1)
    disk = (across[:, None] ** 2 + across**2 <= radius**2).float()
    disk = gaussian_blur2d((disk / disk.sum())[None, None], side, (smooth, smooth))[0]
    border = (
        "reflect" if min(picture.shape[-2:]) > reach else "replicate"
    )  # a small one has too few to mirror
    found: Tensor = filter2d(picture[None], disk, border_type=border)[0]
    return found.clamp(0, 1)
