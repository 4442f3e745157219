"""Corrupt with more light."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def brightness(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Raise the brightness, the value of hue, saturation and value.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    more: float = at_severity(severity, (0.1, 0.2, 0.3, 0.4, 0.5))
    value = picture.amax(0, keepdim=True)
    raised = (value + more).clamp(max=1)
    # Hue and saturation stay: all channels grow by one factor; black becomes grey.
    return torch.where(value > 0, picture * (raised / value.clamp(min=1e-12)), raised)
