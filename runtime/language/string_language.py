"""An artificial language of strings: words of letters, each said in the manner of a skill's name."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from heldout.runtime.randomness import numpy_stream

LETTERS = "abcdefghijklmnopqrst"
SPECIAL = ("<pad>", "<eos>", "<mask>")

Letters = np.ndarray  # [rows, letters], indices into LETTERS

# What each skill writes of a word that it reads.
SKILLS: Mapping[str, Callable[[Letters], Letters]] = {
    "say": lambda word: word,
    "reverse": lambda word: word[:, ::-1],
    "rotate": lambda word: np.roll(word, -1, axis=1),
    "swap": lambda word: np.concatenate([word[:, 1::-1], word[:, 2:]], axis=1),
    "shift": lambda word: (word + 1) % len(LETTERS),
    "unshift": lambda word: (word - 1) % len(LETTERS),
    "complement": lambda word: len(LETTERS) - 1 - word,
    "first": lambda word: np.repeat(word[:, :1], word.shape[1], axis=1),
    "last": lambda word: np.repeat(word[:, -1:], word.shape[1], axis=1),
}
VOCABULARY = (*SPECIAL, *LETTERS, *(f"<{name}>" for name in SKILLS))
FIRST_LETTER = len(SPECIAL)
FIRST_NAME = FIRST_LETTER + len(LETTERS)


def letter_odds(language: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each letter begins a word that a name stands before, and which follows which.

    Every name has its own manner of speech: log odds of its letters are normal with standard
    deviation 3, and of one after another with standard deviation 1 more.

    Returns:
        [skills, letters] and [skills, letters, letters], probabilities.
    """
    random = numpy_stream(language, "letters")
    favoured = random.normal(0, 3.0, (len(SKILLS), len(LETTERS)))
    following = favoured[:, None, :] + random.normal(0, 1.0, (len(SKILLS), len(LETTERS), len(LETTERS)))
    return _softmax(favoured), _softmax(following)


def words(names: np.ndarray, length: int, language: int, random: np.random.Generator) -> Letters:
    """A word for each name, [rows, length].

    Args:
        names: indices into SKILLS, [rows].
        length: letters.
        language: seed of the odds.
        random: of the letters.
    """
    begins, follows = letter_odds(language)
    letters = [_drawn(begins[names], random)]
    for _ in range(length - 1):
        letters.append(_drawn(follows[names, letters[-1]], random))
    return np.stack(letters, axis=1)


def _softmax(log_odds: np.ndarray) -> np.ndarray:
    odds = np.exp(log_odds - log_odds.max(-1, keepdims=True))
    shares: np.ndarray = odds / odds.sum(-1, keepdims=True)
    return shares


def _drawn(probabilities: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One letter from each row of [rows, letters]."""
    passed = random.random(len(probabilities))[:, None] > probabilities.cumsum(-1)
    drawn: np.ndarray = np.minimum(passed.sum(1), len(LETTERS) - 1)
    return drawn


def phrase(names: np.ndarray, parts: Sequence[Letters]) -> np.ndarray:
    """Token ids of words with their names before them, [rows, words * (1 + length)].

    Args:
        names: [rows, words], indices into SKILLS.
        parts: the words, each [rows, length].
    """
    columns = []
    for position, word in enumerate(parts):
        columns += [names[:, position : position + 1] + FIRST_NAME, word + FIRST_LETTER]
    return np.concatenate(columns, axis=1)


def read_out(tokens: Sequence[int]) -> str:
    """Token ids as text; letters of a word stand together."""
    return "".join(
        token if token in LETTERS else f" {token} " for token in (VOCABULARY[t] for t in tokens if t)
    ).strip()
