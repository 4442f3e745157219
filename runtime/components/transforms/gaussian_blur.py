"""Corrupt with a blur of a normal distribution."""

from typing import Annotated

from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def gaussian_blur(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Blur by a normal distribution.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    return blurred(picture, at_severity(severity, (1, 2, 3, 4, 6)))


def blurred(picture: Tensor, deviation: float) -> Tensor:
    """A picture blurred by a normal distribution of this deviation, pixels; its border is repeated."""
    from kornia.filters import gaussian_blur2d  # costs a third of a second

    side = 2 * int(4 * deviation + 0.5) + 1  # four deviations on either side, as scikit-image cuts it off
    found: Tensor = gaussian_blur2d(picture[None], side, (deviation, deviation), border_type="replicate")[0]
    return found
