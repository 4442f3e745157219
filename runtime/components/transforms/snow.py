"""Corrupt with snow that falls."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity, uniform
from heldout.runtime.components.transforms.motion_blur import moved
from heldout.runtime.components.transforms.random_greyscale import luma
from heldout.runtime.components.transforms.zoom_blur import enlarged


@component
def snow(picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3) -> Tensor:
    """Whiten the picture, and let flakes fall over it along a line within 45 degrees of the vertical.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`:
    normal noise is enlarged and cut off below a threshold, smeared, and laid over the picture once upright
    and once upside down.
    Differs from the paper: the stream of draws, and values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    mean, deviation, factor, threshold, radius, smear, kept = at_severity(
        severity,
        (
            (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
            (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
            (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
            (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
            (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
        ),
    )
    noise = torch.randn(1, *picture.shape[-2:], generator=generator) * deviation + mean
    flakes = enlarged(noise, factor)
    flakes = torch.where(flakes < threshold, 0, flakes.clamp(0, 1))
    flakes = moved(flakes, radius, smear, uniform(-135, -45, generator))
    white = torch.maximum(picture, luma(picture) * 1.5 + 0.5)
    found: Tensor = kept * picture + (1 - kept) * white + flakes + flakes.flip(1, 2)
    return found.clamp(0, 1)
