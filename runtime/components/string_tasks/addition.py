"""Add two numbers."""

from typing import Literal

import numpy as np

from heldout.runtime.component import component
from heldout.runtime.components.string_tasks.contract import Example, StringTask


@component
def addition(
    *,
    order: Literal["highest-first", "lowest-first"] = "highest-first",
    scratchpad: Literal["none", "carries", "steps"] = "none",
) -> StringTask:
    """Add two numbers of equally many digits: `1 7 + 0 5` gives `0 2 2`. Its length counts the digits of one.

    Kazemnejad et al. 2023 (arXiv:2305.19466), section 3.2, task Addition; the scratchpads are those
    of its section 6 with parts left out.
    Differs from the paper: both numbers have the same number of digits and the sum one more, with
    zeros in front where they are needed, so that the length alone says where a digit stands.

    Args:
        order: of the digits, in the numbers and in the sum.
        scratchpad: what is written before the sum, from the lowest digit to the highest: nothing;
            the carry of each place (`carries`); or its two digits, its digit of the sum and its
            carry (`steps`).
    """
    digits = tuple("0123456789")

    def draw(length: int, rng: np.random.Generator) -> Example:
        first, second = rng.integers(10, size=(2, length)).tolist()  # lowest digit first
        total, steps, carry = [], [], 0
        for a, b in zip(first, second, strict=True):
            digit, carry = (a + b + carry) % 10, (a + b + carry) // 10
            total.append(digit)
            steps.append([a, b, digit, carry] if scratchpad == "steps" else [carry])
        total.append(carry)
        turn = -1 if order == "highest-first" else 1
        question = [*_words(first[::turn]), "+", *_words(second[::turn])]
        answer = _words(total[::turn])
        if scratchpad == "none":
            return Example(question, answer)
        return Example(question, [*(word for step in steps for word in _words(step)), ":", *answer])

    return StringTask((*digits, "+", ":"), draw)


def _words(digits: list[int]) -> list[str]:
    return [str(digit) for digit in digits]
