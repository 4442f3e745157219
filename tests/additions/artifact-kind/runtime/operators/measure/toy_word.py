"""Say a word."""

from heldout.runtime.artifacts.toy import Toy
from heldout.runtime.operator import operator


@operator(seconds=0.01)
def toy_word(*, word: str = "word") -> Toy:
    """A word as an artifact.

    Args:
        word: that is said.
    """
    return Toy(word)
