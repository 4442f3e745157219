"""Corrupt with less contrast."""

from typing import Annotated

from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def contrast(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Bring all pixels closer to the mean of their channel.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    factor: float = at_severity(severity, (0.4, 0.3, 0.2, 0.1, 0.05))
    mean = picture.mean((1, 2), keepdim=True)
    return ((picture - mean) * factor + mean).clamp(0, 1)
