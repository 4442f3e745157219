"""Add up the digits of a string, modulo 10."""

from typing import Literal

import numpy as np

from heldout.runtime.component import component
from heldout.runtime.components.string_tasks.contract import Example, StringTask


@component
def summation(*, scratchpad: Literal["none", "states"] = "none") -> StringTask:
    """The last digit of a sum of digits: `7 + 2 + 4` gives `3`. Its length counts the digits.

    Kazemnejad et al. 2023 (arXiv:2305.19466), section 3.2, task Summation; the
    scratchpad is that of its section 6 with parts left out.
    Differs from the paper: no brackets and no sign of the modulus.

    Args:
        scratchpad: what is written before the answer: nothing, or the sum so far at each digit but
            the last (`states`).
    """
    digits = tuple("0123456789")

    def draw(length: int, rng: np.random.Generator) -> Example:
        drawn = rng.integers(10, size=length).tolist()
        question = [word for digit in drawn for word in ("+", digits[digit])][1:]
        so_far = [digits[total % 10] for total in np.cumsum(drawn)]
        return Example(question, so_far if scratchpad == "states" else so_far[-1:])

    return StringTask((*digits, "+"), draw)
