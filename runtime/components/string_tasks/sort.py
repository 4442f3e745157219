"""Sort a string."""

from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.string_tasks.contract import Example, StringTask, letters


@component
def sort(*, symbols: Annotated[int, Field(ge=1)] = 10) -> StringTask:
    """Say the letters in alphabetical order: `b a b` gives `a b b`. Its length counts them.

    Kazemnejad et al. 2023 (arXiv:2305.19466), section 3.2, task Sorting, of single symbols.
    Differs from the paper: letters in place of digits.

    Args:
        symbols: how many letters there are.
    """
    words = letters(symbols)

    def draw(length: int, rng: np.random.Generator) -> Example:
        chosen = rng.integers(symbols, size=length)
        return Example([words[i] for i in chosen], [words[i] for i in sorted(chosen)])

    return StringTask(words, draw)
