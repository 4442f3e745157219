"""A learning rate that falls as a power of what is left."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.schedules.contract import Share, done


@component
def polynomial(
    step: int, steps: int, *, power: Annotated[float, Field(gt=0)] = 0.9, end: Share = 0.0
) -> float:
    """From the highest rate as a power of the part of the steps that is left, to its end after the last step.

    Chen et al. 2018, "DeepLab" (arXiv:1606.00915), section 4.1.2, the policy "poly".
    Differs from the paper: nothing.

    Args:
        step: counted from 0 after the warm-up.
        steps: after the warm-up.
        power: 1 is a straight line; the paper's is 0.9.
        end: part of the highest rate at which it ends.
    """
    return float(end + (1 - end) * (1 - done(step, steps)) ** power)
