"""A learning rate that falls as the root of the step."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component


@component
def inverse_square_root(step: int, steps: int, *, timescale: Annotated[int, Field(ge=1)] = 1000) -> float:
    """The highest rate, divided by the root of 1 + step / timescale.

    Vaswani et al. 2017, "Attention Is All You Need" (arXiv:1706.03762), equation 3: after a warm-up of as
    many steps as the timescale it falls as one over the root of the step.
    Differs from the paper: the highest rate is the study's, and not that of the width.

    Args:
        step: counted from 0 after the warm-up.
        steps: after the warm-up; they do not matter.
        timescale: steps after which the rate has fallen to 0.71 of the highest.
    """
    return float((1 + step / timescale) ** -0.5)
