"""Corrupt with the noise of few photons."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def shot_noise(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Count photons: each pixel is a draw of a Poisson distribution.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: the stream of draws, and values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    photons: float = at_severity(severity, (60, 25, 12, 5, 3))
    return (torch.poisson(picture.clamp(0, 1) * photons, generator=generator) / photons).clamp(0, 1)
