"""Corrupt with a camera that comes closer."""

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def zoom_blur(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Average the picture with enlargements of its middle.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: values are not rounded to bytes, and height and width are cut each by itself, as
    its pictures are squares.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    end, step = at_severity(severity, ((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)))
    factors = np.arange(1, end, step).tolist()  # NumPy's rounding decides whether 1.11 is among them: it is
    found = picture.clone()
    for factor in factors:
        found += enlarged(picture, factor)
    return (found / (len(factors) + 1)).clamp(0, 1)


def enlarged(picture: Tensor, factor: float) -> Tensor:
    """The middle of a picture, this many times as large and cut to the picture's size.

    Corners of the part become corners of the enlargement, as in `scipy.ndimage.zoom` of order 1.
    """
    sides = picture.shape[-2:]
    kept = [math.ceil(side / factor) for side in sides]
    part = _middle(picture, kept)
    large = interpolate(
        part[None], [round(side * factor) for side in kept], mode="bilinear", align_corners=True
    )
    return _middle(large[0], sides)


def _middle(picture: Tensor, sides: Sequence[int]) -> Tensor:
    top, left = ((old - new) // 2 for old, new in zip(picture.shape[-2:], sides, strict=True))
    return picture[:, top : top + sides[0], left : left + sides[1]]
