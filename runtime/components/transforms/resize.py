"""Bring pictures to one size."""

from typing import Annotated, Literal

from pydantic import Field
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import takes_bytes

Side = Annotated[int, Field(ge=1, le=8192)]
Interpolation = Literal["nearest", "bilinear", "bicubic"]


@component
@takes_bytes
def resize(
    picture: Tensor,
    generator: Generator,
    *,
    size: Side,
    sides: Literal["both", "shorter"] = "both",
    interpolation: Interpolation = "bilinear",
) -> Tensor:
    """Resize, with antialiasing where a picture becomes smaller.

    The filters are those of Pillow, by which the networks of the hub were trained; values agree within 1/255.
    A picture of bytes, as it comes from its file, is of bytes again, as Pillow's is.

    Args:
        size: of both sides, or of the shorter one, pixels.
        sides: both become `size`, whatever the proportions; or the shorter one, and the proportions stay.
        interpolation: between pixels.
    """
    height, width = picture.shape[-2:]
    if sides == "both":
        return resized(picture, size, size, interpolation)
    if height <= width:
        return resized(picture, size, int(size * width / height), interpolation)
    return resized(picture, int(size * height / width), size, interpolation)


def resized(picture: Tensor, height: int, width: int, interpolation: Interpolation = "bilinear") -> Tensor:
    """A picture of this size; floats stay in [0, 1], and bytes are bytes again."""
    if picture.shape[-2:] == (height, width):
        return picture
    if interpolation == "nearest":
        return interpolate(picture[None], (height, width), mode="nearest-exact")[0]
    found = interpolate(picture[None], (height, width), mode=interpolation, antialias=True)[0]
    return found.clamp(0, 1) if interpolation == "bicubic" and found.is_floating_point() else found
