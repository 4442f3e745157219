"""Copy a string."""

from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.string_tasks.contract import Example, StringTask, letters


@component
def copy(*, symbols: Annotated[int, Field(ge=1)] = 10) -> StringTask:
    """Say the letters again: `a c b` gives `a c b`. Its length counts the letters.

    Kazemnejad et al. 2023 (arXiv:2305.19466), section 3.2, task Copy.
    Differs from the paper: letters in place of words of a tokenizer.

    Args:
        symbols: how many letters there are.
    """
    words = letters(symbols)

    def draw(length: int, rng: np.random.Generator) -> Example:
        chosen = [words[i] for i in rng.integers(symbols, size=length)]
        return Example(chosen, chosen)

    return StringTask(words, draw)
