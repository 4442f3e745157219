"""Corrupt with few bytes."""

import io
from typing import Annotated

import numpy as np
import torch
from PIL import Image
from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def jpeg_compression(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Write the picture as JPEG of low quality, and read it again.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`.
    Differs from the paper: nothing.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    quality: int = at_severity(severity, (25, 18, 15, 10, 7))
    values = (picture.clamp(0, 1) * 255).round().byte().numpy()
    image = Image.fromarray(
        values[0] if len(values) == 1 else np.ascontiguousarray(values.transpose(1, 2, 0))
    )
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    read = np.array(Image.open(io.BytesIO(file.getvalue())), dtype=np.float32) / 255
    return torch.from_numpy(read.reshape(*picture.shape[1:], -1).transpose(2, 0, 1).copy())
