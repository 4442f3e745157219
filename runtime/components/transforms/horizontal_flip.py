"""Mirror by chance."""

from typing import Annotated

from pydantic import Field
from torch import Generator, Tensor

from heldout.runtime.component import component
from heldout.runtime.components.transforms.contract import takes_bytes, uniform


@component
@takes_bytes
def horizontal_flip(
    picture: Tensor, generator: Generator, *, probability: Annotated[float, Field(ge=0, le=1)] = 0.5
) -> Tensor:
    """Mirror left and right.

    Args:
        probability: of a flip.
    """
    return picture.flip(-1) if uniform(0, 1, generator) < probability else picture
