"""Corrupt with values that are black or white."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def impulse_noise(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Set some values to 0 or 1, each channel by itself.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: the stream of draws, and values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    share: float = at_severity(severity, (0.03, 0.06, 0.09, 0.17, 0.27))
    struck = torch.rand(picture.shape, generator=generator) < share
    white = torch.rand(picture.shape, generator=generator) < 0.5
    return torch.where(struck, white.to(picture.dtype), picture)
