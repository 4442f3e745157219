"""What a schedule is given and what it gives back."""

from collections.abc import Callable
from typing import Annotated, Concatenate

from pydantic import Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]

# From a step, counted from 0 after the warm-up, and the number of steps after it, to the part of the highest
# learning rate that the step takes. The warm-up itself is the loop's.
Schedule = Callable[Concatenate[int, int, ...], float]


def done(step: int, steps: int) -> float:
    """The part of the steps that lies behind a step, from 0 at the first one."""
    return step / max(steps, 1)
