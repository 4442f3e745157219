"""Corrupt with a picture that is stretched."""

from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from scipy.ndimage import affine_transform, gaussian_filter, map_coordinates
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import at_severity


@component
def elastic(
    picture: Tensor, generator: Generator, *, severity: Annotated[int, Field(ge=1, le=5)] = 3
) -> Tensor:
    """Move three points of the picture by chance, the others with them, and each pixel by a smooth field.

    Hendrycks & Dietterich 2019, "Benchmarking Neural Network Robustness to Common Corruptions and
    Perturbations" (arXiv:1903.12261), section 3, with the severities of its code, `make_imagenet_c.py`:
    the field of Simard et al. 2003, "Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis" (doi:10.1109/ICDAR.2003.1227801), section 2, after an affine map. Lengths are shares
    of the shorter side times 244 / 224, since the code takes shares of 244 for pictures of 224. The first two
    severities move far and smoothly, the others little and unevenly.
    Differs from the paper: the stream of draws, and values are not rounded to bytes.

    Args:
        severity: from 1 to 5, of pictures of about 224 pixels.
    """
    strength, smooth, shift = at_severity(
        severity, ((2, 0.7, 0.1), (2, 0.08, 0.2), (0.05, 0.01, 0.02), (0.07, 0.01, 0.02), (0.12, 0.01, 0.02))
    )
    height, width = picture.shape[-2:]
    side = min(height, width) * 244 / 224
    matrix, offset = affine(height, width, _spread((3, 2), generator) * shift * side)
    noise = _spread((2, height, width), generator)
    moves = [
        gaussian_filter(one, smooth * side, mode="reflect", truncate=3) * strength * side for one in noise
    ]
    places = np.indices((height, width)) + moves
    found = np.empty(picture.shape, dtype=np.float32)
    for channel, pixels in zip(found, picture.numpy(), strict=True):
        mapped = affine_transform(pixels, matrix, offset, order=1, mode="mirror")
        map_coordinates(mapped, places, output=channel, order=1, mode="reflect")
    return torch.from_numpy(found).clamp(0, 1)


def affine(height: int, width: int, shifts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The map from places of the new picture to those of the old, which moves three points by `shifts`.

    The points are corners of a square around the middle, which reaches a third of the shorter side each way.

    Args:
        height: of the picture, pixels.
        width: of the picture, pixels.
        shifts: down and to the right, [3, 2], pixels.

    Returns:
        A matrix [2, 2] and an offset [2]: old = matrix @ new + offset.
    """
    reach = max(1, min(height, width) // 3)
    old = np.array([height // 2, width // 2]) + np.array([[1, 1], [-1, 1], [-1, -1]]) * reach
    solved = np.linalg.solve(np.column_stack([old + shifts, np.ones(3)]), old)
    return solved[:2].T, solved[2]


def _spread(shape: tuple[int, ...], generator: Generator) -> np.ndarray:
    """Numbers between -1 and 1."""
    return torch.rand(shape, generator=generator, dtype=torch.float64).mul_(2).sub_(1).numpy()
