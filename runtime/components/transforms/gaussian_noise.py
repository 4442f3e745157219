"""Corrupt with noise of a normal distribution."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def gaussian_noise(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Add noise of a normal distribution.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: the stream of draws, and values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    deviation: float = at_severity(severity, (0.08, 0.12, 0.18, 0.26, 0.38))
    return (picture + deviation * torch.randn(picture.shape, generator=generator)).clamp(0, 1)
