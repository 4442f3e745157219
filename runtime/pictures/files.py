"""Image files as tensors."""

import contextlib
import io
import struct
import warnings
from collections.abc import Iterator
from typing import BinaryIO, Literal

import numpy as np
import torch
from PIL import ExifTags, Image, UnidentifiedImageError
from torch import Tensor

from heldout.runtime.pictures.modes import UnknownScale, in_mode, on_paper, refuse_unscaled
from heldout.runtime.pictures.pixels import as_floats

ColourMode = Literal["rgb", "grey"]

MAX_PIXELS = 50_000_000
TURNED = (5, 6, 7, 8)  # EXIF orientations that exchange width and height
MAX_SIDE = 65_535  # the longest that JPEG has; resizing a longer line takes memory by its length
# What Pillow raises on files that are damaged, whichever their format.
DAMAGE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AssertionError,
    struct.error,
)
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")


def image_tensor(content: bytes, name: str, resize: int | None, mode: ColourMode) -> Tensor:
    """Decode an image file and resize it to a square, bilinearly with antialiasing.

    The picture is turned upright as its EXIF orientation says, scaled by the depth of its file, and composed
    over white where it is transparent, as `heldout.runtime.pictures.modes` has it.

    Args:
        content: the file's bytes.
        name: of the file, for messages.
        resize: side of the square, pixels; the image's own proportions are not kept. None leaves it as it is.
        mode: three channels, or one of grey (ITU-R 601 luma).

    Returns:
        [channels, resize, resize], float32 in [0, 1], or [channels, height, width] of an image as it is. Of
        an animation or several pages, the first.

    Raises:
        ValueError: the bytes are no whole image of a known format; it has more than `MAX_PIXELS` pixels or a
            side of more than `MAX_SIDE` (a small file may unpack to fill the memory); or it is of a mode
            that does not say what is white.
    """
    image = _decoded(content, name, mode)
    if resize is not None and image.size != (resize, resize):
        image = image.resize((resize, resize), Image.Resampling.BILINEAR)
    return as_floats(_pixels(image, mode))


def image_pixels(content: bytes, name: str, mode: ColourMode) -> Tensor:
    """Decode an image file as it is, without a copy more than it needs.

    Args:
        content: the file's bytes.
        name: of the file, for messages.
        mode: as of `image_tensor`.

    Returns:
        [channels, height, width], uint8 in [0, 255], whose channels lie together in memory; of grey of more
        than 8 bits float32 in [0, 1].

    Raises:
        ValueError: as of `image_tensor`.
    """
    return _pixels(_decoded(content, name, mode), mode)


def _decoded(content: bytes, name: str, mode: ColourMode) -> Image.Image:
    with _said_of(name):
        picture = on_paper(_opened(content))
    return picture if picture.mode == "F" else in_mode(picture, {"rgb": "RGB", "grey": "L"}[mode])


def _pixels(image: Image.Image, mode: ColourMode) -> Tensor:
    if image.mode == "F":
        grey = torch.from_numpy(np.asarray(image).clip(0, 1))
        return grey.repeat({"rgb": 3, "grey": 1}[mode], 1, 1)
    return torch.from_numpy(np.array(image)).reshape(image.height, image.width, -1).permute(2, 0, 1)


def image_shape(content: bytes | BinaryIO, name: str, mode: ColourMode) -> tuple[int, int, int]:
    """The shape that `image_tensor` gives an image as it is, read from the header of its file alone.

    Args:
        content: the file's bytes, or the file, of which no more is read.
        name: of the file, for messages.
        mode: as of `image_tensor`.

    Returns:
        [channels, height, width], upright.

    Raises:
        ValueError: as of `image_tensor`, but for damage behind the header.
    """
    with _said_of(name):
        image = _opened(content)
        refuse_unscaled(image)
        width, height = image.size
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) in TURNED
    sides = (width, height) if turned else (height, width)
    return ({"rgb": 3, "grey": 1}[mode], *sides)


@contextlib.contextmanager
def _said_of(name: str) -> Iterator[None]:
    """Say in words what Pillow found of a file. Not in threads: filters of warnings are the process's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged metadata beside whole pixels
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except UnknownScale as error:
        raise ValueError(f"{name} cannot be scaled: {error}; write it as PNG of 8 or 16 bits") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        limits = f"more than {MAX_PIXELS} pixels, or a side longer than {MAX_SIDE}"
        raise ValueError(f"{name} has {limits}; make it smaller outside first") from error
    except DAMAGE as error:
        raise ValueError(f"{name} is not a whole image in one of {', '.join(FORMATS)}: {error}") from error


def _opened(content: bytes | BinaryIO) -> Image.Image:
    """A file's picture, of which the header alone was read.

    Raises:
        Image.DecompressionBombError: it is too large.
        Exception: one of `DAMAGE`.
    """
    # Opening reads the header alone: the size is known before anything is unpacked.
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    image = Image.open(file, formats=FORMATS)
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise Image.DecompressionBombError
    return image
