"""Captions and class names of pictures that are described by a few words."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

Words = dict[str, list[str]]  # by attribute, in the order in which they are said: one word a picture

OPENINGS = ("a photo of a", "a picture of a", "a drawing of a", "a")


def written(words: Words, omitted: float, random: np.random.Generator) -> list[str]:
    """A caption a picture: an opening and its words; the last attribute is always said.

    Args:
        words: by attribute, the word of each picture.
        omitted: probability of leaving out an attribute, each by itself.
        random: the stream to draw from.
    """
    *others, last = words
    num_images = len(words[last])
    openings = random.integers(len(OPENINGS), size=num_images)
    said = random.random((num_images, len(others))) >= omitted
    captions = []
    for row in range(num_images):
        adjectives = [words[name][row] for name, kept in zip(others, said[row], strict=True) if kept]
        captions.append(" ".join([OPENINGS[openings[row]], *adjectives, words[last][row]]))
    return captions


def class_column(
    words: Words, vocabulary: Mapping[str, Sequence[str]], attributes: Sequence[str]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels, int64, into all compositions of the words of some attributes, and their names."""
    names = [" ".join(composed) for composed in product(*(vocabulary[name] for name in attributes))]
    position = {name: index for index, name in enumerate(names)}
    shown = zip(*(words[name] for name in attributes), strict=True)
    return np.array([position[" ".join(said)] for said in shown], dtype=np.int64), tuple(names)
