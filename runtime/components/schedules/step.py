"""A learning rate that drops every so often."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.schedules.contract import Share


@component
def step(step: int, steps: int, *, every: Annotated[int, Field(ge=1)] = 30, factor: Share = 0.1) -> float:
    """The highest rate, multiplied each time that so many steps are over.

    Args:
        step: counted from 0 after the warm-up.
        steps: after the warm-up.
        every: steps between two drops.
        factor: by which the rate is multiplied at each.
    """
    return float(factor ** (step // every))
