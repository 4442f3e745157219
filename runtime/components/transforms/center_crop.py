"""Cut out the middle."""

from typing import Annotated

from pydantic import Field
from torch import Generator, Tensor
from torch.nn.functional import pad

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import takes_bytes


@component
@takes_bytes
def center_crop(
    picture: Tensor, generator: Generator, *, size: Annotated[int, Field(ge=1, le=8192)]
) -> Tensor:
    """The square in the middle; a picture that is smaller is set into black.

    Args:
        size: of the square, pixels.
    """
    height, width = picture.shape[-2:]
    if min(height, width) < size:
        over, left = max(0, size - height), max(0, size - width)
        picture = pad(picture, (left // 2, left - left // 2, over // 2, over - over // 2))
        height, width = picture.shape[-2:]
    top, left = round((height - size) / 2), round((width - size) / 2)
    return picture[:, top : top + size, left : left + size]
