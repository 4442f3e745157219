"""A learning rate that rises once and falls once."""

import math
from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.schedules.contract import Share

Divisor = Annotated[float, Field(ge=1.0)]


@component
def one_cycle(
    step: int, steps: int, *, rise: Share = 0.3, initial: Divisor = 25.0, final: Divisor = 1e4
) -> float:
    """Up to the highest rate and down to almost nothing, both as half a cosine.

    Smith & Topin 2019, "Super-Convergence" (arXiv:1708.07120), section 3, as torch has it (`OneCycleLR`).
    Differs from the paper: cosines, where it has lines; momentum stays.

    Args:
        step: counted from 0 after the warm-up, of which it needs none.
        steps: after the warm-up.
        rise: part of the steps in which it rises.
        initial: the first rate is the highest one divided by this.
        final: the last rate is the first one divided by this.
    """
    top = rise * steps - 1
    last = max(steps - 1, 1)
    lowest = 1 / initial
    if step <= top:
        return _between(lowest, 1.0, step / top if top else 1.0)
    return _between(1.0, lowest / final, (step - top) / (last - top) if last > top else 1.0)


def _between(start: float, end: float, part: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * part))
