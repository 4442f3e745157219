"""Corrupt with fewer pixels."""

from typing import Annotated

from pydantic import Field
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def pixelate(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Average over boxes, and enlarge them again.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: values are not rounded to bytes, and boxes cover whole pixels, where Pillow's
    share those at their edges.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    share: float = at_severity(severity, (0.6, 0.5, 0.4, 0.3, 0.25))
    height, width = picture.shape[-2:]
    few = (max(1, int(height * share)), max(1, int(width * share)))
    small = interpolate(picture[None], few, mode="area")
    return interpolate(small, (height, width), mode="nearest-exact")[0]
