"""What a string task is: its words, and how a question of a given length is drawn and answered."""

import string
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Example(NamedTuple):
    """A question and its answer, in words of the task."""

    question: list[str]
    answer: list[str]


class StringTask(NamedTuple):
    """A task.

    Attributes:
        words: all that questions and answers are made of.
        draw: an example of a length, from a generator; the same words at every length.
        lengths: those that exist, in ascending order; none where all from 1 do.
    """

    words: tuple[str, ...]
    draw: Callable[[int, np.random.Generator], Example]
    lengths: tuple[int, ...] | None = None


# A component gives one for its parameters alone.
Task = Callable[..., StringTask]


def letters(count: int) -> tuple[str, ...]:
    """The first letters of the alphabet, lower case before upper case.

    Raises:
        ValueError: there are not so many.
    """
    if not 2 <= count <= len(string.ascii_letters):
        raise ValueError(f"symbols are 2 to {len(string.ascii_letters)} letters, not {count}")
    return tuple(string.ascii_letters[:count])
