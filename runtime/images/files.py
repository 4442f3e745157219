"""Image files as tensors."""

import io
import warnings
from typing import Literal

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

ColourMode = Literal["rgb", "grey"]

MAX_PIXELS = 50_000_000
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")


def image_tensor(content: bytes, name: str, resize: int, mode: ColourMode) -> Tensor:
    """Decode an image file and resize it to a square, bilinearly with antialiasing.

    Args:
        content: the file's bytes.
        name: of the file, for messages.
        resize: side of the square, pixels; the image's own proportions are not kept.
        mode: three channels, or one of grey (ITU-R 601 luma).

    Returns:
        [channels, resize, resize], float32 in [0, 1]. Of an animation, its first frame.

    Raises:
        ValueError: the bytes are no image of a known format, or it has more than `MAX_PIXELS`
            pixels (a small file may unpack to fill the memory).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # Opening reads the header alone: the size is known before anything is unpacked.
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(_too_large(name))
            pixels = image.convert({"rgb": "RGB", "grey": "L"}[mode])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(_too_large(name)) from error
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(f"{name} is not a whole image in one of {', '.join(FORMATS)}: {error}") from error
    square = pixels.resize((resize, resize), Image.Resampling.BILINEAR)
    array = np.asarray(square, dtype=np.float32) / 255
    return torch.from_numpy(array.reshape(resize, resize, -1).transpose(2, 0, 1).copy())


def _too_large(name: str) -> str:
    return f"{name} has more than {MAX_PIXELS} pixels; make it smaller outside first"
