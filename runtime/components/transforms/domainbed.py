"""The augmentation of DomainBed."""

from typing import Annotated

from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.color_jitter import color_jitter
from heldout.runtime.components.transforms.contract import takes_bytes
from heldout.runtime.components.transforms.horizontal_flip import horizontal_flip
from heldout.runtime.components.transforms.random_greyscale import random_greyscale
from heldout.runtime.components.transforms.random_resized_crop import random_resized_crop
from heldout.runtime.pictures.pixels import as_floats


@component
@takes_bytes
def domainbed(
    picture: Tensor, generator: Generator, *, size: Annotated[int, Field(ge=1, le=8192)] = 224
) -> Tensor:
    """What DomainBed does to training pictures.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434), appendix B.4,
    and `domainbed/datasets.py` of its code: a part of 0.7 to 1 of the area, mirrored in half of the cases,
    brightness, contrast, saturation and hue changed by up to 0.3, and no colours in a tenth of them. Mean and
    standard deviation are the network's affair.

    Args:
        size: of the square, pixels.
    """
    picture = random_resized_crop(picture, generator, size=size, scale=(0.7, 1.0))
    picture = horizontal_flip(picture, generator)
    picture = color_jitter(
        as_floats(picture), generator, brightness=0.3, contrast=0.3, saturation=0.3, hue=0.3
    )
    return random_greyscale(picture, generator)
