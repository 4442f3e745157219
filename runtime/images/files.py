"""Image files as tensors."""

import io
import struct
import warnings
from typing import Literal

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from heldout.runtime.images.modes import UnknownScale, on_paper

ColourMode = Literal["rgb", "grey"]

MAX_PIXELS = 50_000_000
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


def image_tensor(content: bytes, name: str, resize: int, mode: ColourMode) -> Tensor:
    """Decode an image file and resize it to a square, bilinearly with antialiasing.

    The picture is turned upright as its EXIF orientation says, scaled by the depth of its file, and composed
    over white where it is transparent, as `heldout.runtime.images.modes` has it.

    Args:
        content: the file's bytes.
        name: of the file, for messages.
        resize: side of the square, pixels; the image's own proportions are not kept.
        mode: three channels, or one of grey (ITU-R 601 luma).

    Returns:
        [channels, resize, resize], float32 in [0, 1]. Of an animation or several pages, the first.

    Raises:
        ValueError: the bytes are no whole image of a known format; it has more than `MAX_PIXELS` pixels or a
            side of more than `MAX_SIDE` (a small file may unpack to fill the memory); or it is of a mode
            that does not say what is white.
    """
    try:
        picture = _picture(content)
    except UnknownScale as error:
        raise ValueError(f"{name} cannot be scaled: {error}; write it as PNG of 8 or 16 bits") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        limits = f"more than {MAX_PIXELS} pixels, or a side longer than {MAX_SIDE}"
        raise ValueError(f"{name} has {limits}; make it smaller outside first") from error
    except DAMAGE as error:
        raise ValueError(f"{name} is not a whole image in one of {', '.join(FORMATS)}: {error}") from error
    if picture.mode == "F":
        grey = np.asarray(picture.resize((resize, resize), Image.Resampling.BILINEAR)).clip(0, 1)
        return torch.from_numpy(np.stack([grey] * {"rgb": 3, "grey": 1}[mode]))
    pixels = picture.convert({"rgb": "RGB", "grey": "L"}[mode])
    square = pixels.resize((resize, resize), Image.Resampling.BILINEAR)
    array = np.asarray(square, dtype=np.float32) / 255
    return torch.from_numpy(array.reshape(resize, resize, -1).transpose(2, 0, 1).copy())


def _picture(content: bytes) -> Image.Image:
    """A file's picture as `on_paper` gives it.

    Raises:
        Image.DecompressionBombError: it is too large.
        UnknownScale: nothing says what is white in it.
        Exception: one of `DAMAGE`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged metadata beside whole pixels
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # Opening reads the header alone: the size is known before anything is unpacked.
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
            raise Image.DecompressionBombError
        return on_paper(image)
