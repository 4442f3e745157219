"""A learning rate that falls as half a cosine."""

import math

from heldout.runtime.component import component
from heldout.runtime.components.schedules.contract import Share, done


@component
def cosine(step: int, steps: int, *, end: Share = 0.0) -> float:
    """From the highest rate as half a cosine, to reach its end after the last step.

    Loshchilov & Hutter 2017, "SGDR" (arXiv:1608.03983), equation 5.
    Differs from the paper: one fall, and no restart.

    Args:
        step: counted from 0 after the warm-up.
        steps: after the warm-up.
        end: part of the highest rate at which it ends.
    """
    return end + (1 - end) * (1 + math.cos(math.pi * done(step, steps))) / 2
