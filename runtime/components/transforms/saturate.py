"""Corrupt with more or less colour."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def saturate(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Change the saturation, of hue, saturation and value; pictures of one channel stay.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    if len(picture) != 3:
        return picture
    from kornia.color import hsv_to_rgb, rgb_to_hsv  # costs a third of a second

    times, plus = at_severity(severity, ((0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)))
    hue, saturation, value = rgb_to_hsv(picture)
    found: Tensor = hsv_to_rgb(torch.stack([hue, (saturation * times + plus).clamp(0, 1), value]))
    return found.clamp(0, 1)
