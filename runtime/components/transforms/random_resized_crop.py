"""Cut out a part by chance, and bring it to one size."""

import math
from typing import Annotated

from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import takes_bytes, uniform, whole
from heldout.runtime.components.transforms.resize import resized

Share = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
TRIES = 10  # at a part that fits, before the middle is taken


@component
@takes_bytes
def random_resized_crop(
    picture: Tensor,
    generator: Generator,
    *,
    size: Annotated[int, Field(ge=1, le=8192)],
    scale: tuple[Share, Share] = (0.08, 1.0),
    ratio: tuple[Positive, Positive] = (0.75, 4 / 3),
) -> Tensor:
    """A part of the picture of any place, area and proportions, resized to a square.

    Szegedy et al. 2015, "Going Deeper with Convolutions" (arXiv:1409.4842), section 6, as torchvision has it:
    proportions are drawn on a logarithmic scale; where ten draws do not fit, the largest part in the middle
    is taken whose proportions are allowed.
    Differs from torchvision: the stream of draws.

    Args:
        size: of the square, pixels.
        scale: least and greatest area, in shares of the picture's.
        ratio: least and greatest width over height.

    Raises:
        ValueError: a range is empty or not positive, or a scale is above 1.
    """
    if not (0 < scale[0] <= scale[1] <= 1 and 0 < ratio[0] <= ratio[1]):
        raise ValueError(f"scale {scale} and ratio {ratio} are ranges of positive numbers, scale up to 1")
    top, left, height, width = _part(picture.shape[-2], picture.shape[-1], scale, ratio, generator)
    return resized(picture[:, top : top + height, left : left + width], size, size)


def _part(
    height: int, width: int, scale: tuple[float, float], ratio: tuple[float, float], generator: Generator
) -> tuple[int, int, int, int]:
    """Top, left, height and width of a part."""
    for _ in range(TRIES):
        area = height * width * uniform(*scale, generator)
        proportions = math.exp(uniform(math.log(ratio[0]), math.log(ratio[1]), generator))
        across, down = round(math.sqrt(area * proportions)), round(math.sqrt(area / proportions))
        if 0 < across <= width and 0 < down <= height:
            return whole(0, height - down, generator), whole(0, width - across, generator), down, across
    across, down = width, height
    if width / height < ratio[0]:
        down = round(width / ratio[0])
    elif width / height > ratio[1]:
        across = round(height * ratio[1])
    return (height - down) // 2, (width - across) // 2, max(1, down), max(1, across)
