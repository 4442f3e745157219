"""The parity of a string of bits."""

from typing import Literal

import numpy as np

from heldout.runtime.component import component
from heldout.runtime.components.string_tasks.contract import Example, StringTask


@component
def parity(*, scratchpad: Literal["none", "states", "steps"] = "none") -> StringTask:
    """Whether the number of ones is odd: `1 0 1` gives `even`. Its length counts the bits.

    Kazemnejad et al. 2023 (arXiv:2305.19466), section 3.2, task Parity; the scratchpads are those
    of its section 6 with parts left out.
    Differs from the paper: words in place of sentences; its formats also have the computation and
    the rest of the input.

    Args:
        scratchpad: what is written before the answer: nothing; the parity so far at each bit
            (`states`); or each bit and the parity after it (`steps`).
    """
    words = ("0", "1", "even", "odd")

    def draw(length: int, rng: np.random.Generator) -> Example:
        bits = rng.integers(2, size=length)
        so_far = [words[2 + parity] for parity in np.cumsum(bits) % 2]
        question = [words[bit] for bit in bits]
        if scratchpad == "none":
            return Example(question, so_far[-1:])
        if scratchpad == "states":
            return Example(question, so_far)
        return Example(question, [word for step in zip(question, so_far, strict=True) for word in step])

    return StringTask(words, draw)
