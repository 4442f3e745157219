"""Evaluate a polynomial, modulo 10."""

import itertools
from typing import Literal

import numpy as np

from heldout.runtime.component import component
from heldout.runtime.components.string_tasks.contract import Example, StringTask

PLACES = (2, 3)  # at 0 the answer is the first coefficient, and at 1 it is a sum
LARGEST = 3  # of coefficients


@component
def polynomial(*, scratchpad: Literal["none", "states"] = "none") -> StringTask:
    """The last digit of a polynomial at a place: `2 : 3 1 1` is 3 + 2 + 4 and gives `9`.

    Its length counts the coefficients, which begin with that of the power 0.

    Kazemnejad et al. 2023 (arXiv:2305.19466), section 3.2, task Polynomial Evaluation;
    the scratchpad is that of its section 6 with parts left out.
    Differs from the paper: powers are not written, since their coefficients stand in order; the
    place is 2 or 3, and coefficients are from 0 to 3.

    Args:
        scratchpad: what is written before the answer: nothing, or the value so far at each
            coefficient but the last (`states`).
    """
    digits = tuple("0123456789")

    def draw(length: int, rng: np.random.Generator) -> Example:
        place = int(rng.choice(PLACES))
        coefficients = rng.integers(LARGEST + 1, size=length).tolist()
        terms = [coefficient * place**power for power, coefficient in enumerate(coefficients)]
        so_far = [digits[value % 10] for value in itertools.accumulate(terms)]
        question = [digits[place], ":", *(digits[coefficient] for coefficient in coefficients)]
        return Example(question, so_far if scratchpad == "states" else so_far[-1:])

    return StringTask((*digits, ":"), draw)
