"""Images of data as small PNGs that stand in a page."""

import base64
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

SIDES = (128, 96, 64, 48, 32)  # pixels that the longer side has at most, the largest that all fit with
MOST_BYTES = 2_000_000  # of all images of a gallery together
GREY, COLOUR = 1, 3  # channels
WHITE = 255


class Picture(NamedTuple):
    """An image for a page.

    Attributes:
        data: the address of a PNG that holds its own data.
        width, height: pixels.
    """

    data: str
    width: int
    height: int


def pictures(cells: Sequence[np.ndarray]) -> tuple[list[list[Picture]], bool]:
    """The images of every cell as PNGs, which together have at most `MOST_BYTES`.

    Args:
        cells: [num_images, height, width] or [num_images, channels, height, width] each, with 1 or 3
            channels: bytes, or numbers of which 0 is black and 1 is white. Where some lie outside, all are
            spread so that the least is black and the greatest is white.

    Returns:
        the images by cell, and whether they were spread.

    Raises:
        ValueError: of another shape.
    """
    shaped = [_shaped(images) for images in cells]
    spread = not all(images.dtype == np.uint8 or _in_unit(images) for images in shaped)
    low = min((float(np.nanmin(images)) for images in shaped if images.size), default=0.0) if spread else 0.0
    high = max((float(np.nanmax(images)) for images in shaped if images.size), default=1.0) if spread else 1.0
    as_bytes = [
        images if images.dtype == np.uint8 and not spread else _bytes(images, low, high) for images in shaped
    ]
    for side in SIDES:
        drawn = [[_picture(image, side) for image in images] for images in as_bytes]
        if sum(len(one.data) for images in drawn for one in images) <= MOST_BYTES:
            break
    return drawn, spread


def _shaped(images: np.ndarray) -> np.ndarray:
    """[num_images, height, width, channels]."""
    if images.ndim == 3:
        images = images[:, None]
    if images.ndim != 4 or images.shape[1] not in (GREY, COLOUR) or 0 in images.shape[2:]:
        shape = " x ".join(map(str, images.shape[1:]))
        raise ValueError(f"an image has a height and a width, and before these 1 or 3 channels, not {shape}")
    if images.dtype != np.uint8:
        images = np.where(np.isfinite(images.astype(np.float64)), images.astype(np.float64), np.nan)
    return images.transpose(0, 2, 3, 1)


def _in_unit(images: np.ndarray) -> bool:
    return not images.size or (np.nanmin(images) >= 0 and np.nanmax(images) <= 1)


def _bytes(images: np.ndarray, low: float, high: float) -> np.ndarray:
    """Numbers as bytes; what is none is black."""
    scale = high - low if high > low else 1.0
    found: np.ndarray = np.nan_to_num(np.rint((images - low) / scale * WHITE)).astype(np.uint8)
    return found


def _picture(image: np.ndarray, side: int) -> Picture:
    drawn = Image.fromarray(image[..., 0] if image.shape[-1] == GREY else image)
    if max(drawn.size) > side:
        drawn.thumbnail((side, side), Image.Resampling.BOX)
    file = io.BytesIO()
    drawn.save(file, "PNG", optimize=False)
    data = base64.b64encode(file.getvalue()).decode()
    return Picture(f"data:image/png;base64,{data}", *drawn.size)
