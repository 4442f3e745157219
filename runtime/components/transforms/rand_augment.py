"""Several simple changes by chance, all of one strength."""

from typing import Annotated

from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import drawing_from


@component
def rand_augment(
    picture: Tensor,
    generator: Generator,
    *,
    number: Annotated[int, Field(ge=1, le=16)] = 2,
    magnitude: Annotated[int, Field(ge=1, le=29)] = 9,
) -> Tensor:
    """RandAugment: some changes out of a list, drawn anew for each picture.

    Cubuk et al. 2020, "RandAugment" (arXiv:1909.13719), section 3, with the list and the strengths of kornia.
    Differs from the paper: the strengths of kornia, which are of thirty steps.

    Args:
        number: of changes.
        magnitude: how strong each of them is.

    Raises:
        ValueError: the picture has not three channels.
    """
    if len(picture) != 3:
        raise ValueError(f"rand-augment takes pictures of three channels, not {len(picture)}")
    from kornia.augmentation.auto import RandAugment  # costs a third of a second

    with drawing_from(generator):
        found: Tensor = RandAugment(n=number, m=magnitude)(picture[None])[0]
    return found.clamp(0, 1)
