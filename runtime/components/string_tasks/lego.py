"""LEGO: follow a chain of signs."""

from typing import Literal

import numpy as np

from heldout.runtime.component import component
from heldout.runtime.components.string_tasks.contract import Example, StringTask, letters

NUM_LETTERS = 52


@component
def lego(*, scratchpad: Literal["none", "states"] = "none") -> StringTask:
    """The sign at the end of a chain: `b + 1 x - b a + x ? a` gives `-`. Its length counts the links.

    Zhang et al. 2022, "Unveiling Transformers with LEGO" (arXiv:2206.04301), section 1, as in Kazemnejad
    et al. 2023 (arXiv:2305.19466), section 3.2; the scratchpad is that of its section 6 with parts
    left out.
    Differs from the paper: links stand in the order of the chain, and only the last is asked for, as in
    Kazemnejad et al.; `=` and `;` are left out.

    Args:
        scratchpad: what is written before the answer: nothing, or the sign of each name but the
            last (`states`).
    """
    names, signs = letters(NUM_LETTERS), ("+", "-")

    def draw(length: int, rng: np.random.Generator) -> Example:
        chain = [names[i] for i in rng.choice(NUM_LETTERS, size=length, replace=False)]
        turns = rng.integers(2, size=length)
        question: list[str] = []
        for name, turn, before in zip(chain, turns, ["1", *chain], strict=False):
            question += [name, signs[turn], before]
        so_far = [signs[minuses % 2] for minuses in np.cumsum(turns)]
        return Example([*question, "?", chain[-1]], so_far if scratchpad == "states" else so_far[-1:])

    return StringTask((*names, *signs, "1", "?"), draw, tuple(range(1, NUM_LETTERS + 1)))
