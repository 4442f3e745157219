"""Pixels of pictures: bytes while they are moved, floats where one calculates with them."""

import torch
from torch import Tensor


def as_floats(pictures: Tensor) -> Tensor:
    """Pictures of bytes, uint8 in [0, 255], as float32 in [0, 1]; floats are given back as they are.

    Args:
        pictures: [..., channels, height, width], one or many; the values of one do not depend on the others.
    """
    return pictures.contiguous().float().div_(255) if pictures.dtype == torch.uint8 else pictures
