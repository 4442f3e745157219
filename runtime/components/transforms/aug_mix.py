"""Chains of simple changes, mixed with the picture."""

from collections.abc import Callable
from typing import Annotated

import numpy as np
import torch
from PIL import Image, ImageOps
from pydantic import Field
from torch import Generator, Tensor
from torch.distributions import Beta, Dirichlet

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import drawing_from, uniform, whole

# What is done at a strength from 0 to 1, which is below 0 as often for what goes both ways.
CHANGES: tuple[Callable[[Image.Image, float], Image.Image], ...] = (
    lambda image, _: ImageOps.autocontrast(image),
    lambda image, _: ImageOps.equalize(image),
    lambda image, strength: ImageOps.posterize(image, 4 - int(4 * abs(strength))),
    lambda image, strength: image.rotate(int(30 * strength), Image.Resampling.BILINEAR),
    lambda image, strength: ImageOps.solarize(image, 256 - int(256 * abs(strength))),
    lambda image, strength: _mapped(image, (1, 0.3 * strength, 0, 0, 1, 0)),
    lambda image, strength: _mapped(image, (1, 0, 0, 0.3 * strength, 1, 0)),
    lambda image, strength: _mapped(image, (1, 0, int(image.width / 3 * strength), 0, 1, 0)),
    lambda image, strength: _mapped(image, (1, 0, 0, 0, 1, int(image.height / 3 * strength))),
)


@component
def aug_mix(
    picture: Tensor,
    generator: Generator,
    *,
    severity: Annotated[int, Field(ge=1, le=10)] = 3,
    width: Annotated[int, Field(ge=1, le=16)] = 3,
    depth: Annotated[int, Field(ge=1, le=16)] | None = None,
    alpha: Annotated[float, Field(gt=0)] = 1.0,
) -> Tensor:
    """AugMix: a random mixture of the picture and of chains of changes to it.

    Hendrycks et al. 2020, "AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty"
    (arXiv:1912.02781), section 3, Algorithm 1, with the nine changes and the strengths of its code,
    `augmentations.py`: automatic contrast, equalization, posterization, rotation, solarization, shears and
    shifts, and none that overlaps with ImageNet-C. The code's `severity` is 3 for CIFAR, and 1 for ImageNet.
    Differs from the paper: the stream of draws, and one picture comes back. The Jensen-Shannon loss between
    the picture and two of its mixtures (section 3) is an objective's matter, and no part of this.

    Args:
        severity: the greatest strength, of 10; each change draws its own between 0.1 and this.
        width: chains.
        depth: changes in a chain; null draws 1, 2 or 3 for each.
        alpha: of the Dirichlet distribution of the chains' weights, and of the Beta distribution of theirs
            together against the picture.
    """
    with drawing_from(generator):
        weights = Dirichlet(torch.full((width,), alpha)).sample()
        share = Beta(alpha, alpha).sample()
    image = _image(picture)
    mixture = torch.zeros_like(picture)
    for weight in weights:
        chain = image
        for _ in range(depth or whole(1, 3, generator)):
            change = CHANGES[whole(0, len(CHANGES) - 1, generator)]
            strength = uniform(0.1, severity, generator) / 10
            chain = change(chain, strength * (1 if whole(0, 1, generator) else -1))
        mixture += weight * _tensor(chain)
    return torch.lerp(picture, mixture, share).clamp(0, 1)


def _mapped(image: Image.Image, coefficients: tuple[float, ...]) -> Image.Image:
    return image.transform(image.size, Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR)


def _image(picture: Tensor) -> Image.Image:
    values = (picture * 255).round().byte().permute(1, 2, 0).contiguous().numpy()
    return Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values)


def _tensor(image: Image.Image) -> Tensor:
    values = np.asarray(image, dtype=np.float32) / 255
    return torch.from_numpy(values.reshape(image.height, image.width, -1).transpose(2, 0, 1))
