"""Pictures as files, as they come from a folder or the hub."""

import io
from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
import torch
from PIL import Image
from pydantic import Field
from torch import Tensor

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.encoded import Encoded, Media
from heldout.runtime.components.transforms.resize import resized
from heldout.runtime.operator import operator
from heldout.runtime.pictures.files import ColourMode
from heldout.runtime.subtype import Of, SameAs


@operator(seconds=1.0)
def encode_pictures(
    data: Annotated[Dataset, Of("images", "captioned images")],
    *,
    format: Literal["png", "jpeg"] = "jpeg",
    quality: Annotated[int, Field(ge=1, le=95)] = 90,
    size: Annotated[int, Field(ge=1, le=4096)] | None = None,
    mode: ColourMode = "rgb",
) -> Annotated[Dataset, SameAs("data")]:
    """Write pictures that are a tensor as files, so that generated ones take the way of a user's own.

    Differs from `data/import-folder`: nothing, for what reads the data. Each picture is decoded when it is
    used, after which `augment` and `preprocess` of a training bring it to its size.

    Args:
        data: pictures, `x` [num_rows, channels, height, width] in [0, 1], of one channel or three.
        format: of the files; JPEG loses a little.
        quality: of JPEG, as Pillow counts it.
        size: side of the square that pictures are brought to before, bilinearly, pixels; none leaves them.
        mode: how the files are meant to be decoded, rgb (3 channels) or grey (1 channel).

    Returns:
        the same rows, with the files as `encoded["image"]` in the place of `x`.

    Raises:
        ValueError: the pictures have another number of channels, or are values outside of [0, 1].
    """
    if data.x.ndim != 4 or data.x.shape[1] not in (1, 3):
        raise ValueError(f"pictures are [channels, height, width] of 1 or 3, not {list(data.x.shape[1:])}")
    if len(data) and not (data.x.min() >= 0 and data.x.max() <= 1):
        raise ValueError(f"values are {data.x.min():.3g} to {data.x.max():.3g}, and pictures are in [0, 1]")
    height, width = (size, size) if size is not None else data.x.shape[-2:]
    media = Media("image", mode, ({"rgb": 3, "grey": 1}[mode], height, width))
    files = _files(data.x, height, width, format, quality)
    others = {name: tensor for name, tensor in data.tensors.items() if name != "x"}
    return Dataset(data.rows, others, data.classes, data.notes, {"image": Encoded.of(files, media)})


def _files(x: Tensor, height: int, width: int, format: str, quality: int) -> Iterator[bytes]:
    for picture in x:
        values = (resized(picture.float(), height, width) * 255).round().to(torch.uint8).numpy()
        image = Image.fromarray(values[0] if len(values) == 1 else np.moveaxis(values, 0, 2).copy())
        file = io.BytesIO()
        image.save(file, format, **({"quality": quality} if format == "jpeg" else {}))
        yield file.getvalue()
