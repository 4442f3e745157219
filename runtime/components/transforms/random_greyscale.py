"""Take the colours away by chance."""

from typing import Annotated

from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import uniform


@component
def random_greyscale(
    picture: Tensor, generator: Generator, *, probability: Annotated[float, Field(ge=0, le=1)] = 0.1
) -> Tensor:
    """The luma in all three channels (ITU-R 601: 0.299 red, 0.587 green, 0.114 blue).

    Args:
        probability: that a picture loses its colours; one of one channel stays as it is.
    """
    if uniform(0, 1, generator) >= probability or len(picture) != 3:
        return picture
    return luma(picture).expand_as(picture)


def luma(picture: Tensor) -> Tensor:
    """How bright a picture's pixels are, [1, height, width], of [1 or 3, height, width]."""
    if len(picture) == 1:
        return picture
    red, green, blue = (picture[one : one + 1] for one in range(3))
    return (red * 0.299).add_(green, alpha=0.587).add_(blue, alpha=0.114)
