"""PCFG: functions of strings, one applied to what another gives."""

from collections.abc import Callable
from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.string_tasks.contract import Example, StringTask, letters

Letters = list[str]
FUNCTIONS: dict[str, Callable[[Letters], Letters]] = {
    "COPY": lambda string: string,
    "REVERSE": lambda string: string[::-1],
    "SHIFT": lambda string: [*string[1:], *string[:1]],
    "SWAP": lambda string: [*string[-1:], *string[1:-1], *string[:1]] if len(string) > 1 else string,
    "ECHO": lambda string: [*string, *string[-1:]],
}


@component
def pcfg(
    *, symbols: Annotated[int, Field(ge=1)] = 10, functions: Annotated[int, Field(ge=1)] = 1
) -> StringTask:
    """Functions of a string, the last one first: `ECHO SHIFT a b c` gives `b c a a`.

    Its length counts the letters.

    Hupkes et al. 2020, "Compositionality Decomposed" (arXiv:1908.08351), section 4.1, PCFG SET: `COPY`,
    `REVERSE`, `SHIFT` (the first letter goes last), `SWAP` (first and last letter change places) and
    `ECHO` (the last letter twice).
    Differs from the paper: neither `REPEAT`, which doubles the length, nor functions of two strings;
    each function is drawn alike, and their number is fixed.

    Args:
        symbols: how many letters there are.
        functions: applied to a string.
    """
    words, names = letters(symbols), tuple(FUNCTIONS)

    def draw(length: int, rng: np.random.Generator) -> Example:
        asked = [names[i] for i in rng.integers(len(names), size=functions)]
        string = [words[i] for i in rng.integers(symbols, size=length)]
        answer = string
        for name in reversed(asked):
            answer = FUNCTIONS[name](answer)
        return Example([*asked, *string], answer)

    return StringTask((*words, *names), draw)
