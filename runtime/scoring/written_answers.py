"""Whether a written text is the right answer: by its words, what it holds, its number, or a pattern."""

import re
import string
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

Normalisation = Literal["words", "space", "none"]
ARTICLES = re.compile(r"\b(a|an|the)\b")
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?|-?\.\d+")
PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(text: str, how: Normalisation) -> str:
    """A text as it is compared.

    Rajpurkar et al. 2016, "SQuAD" (arXiv:1606.05250), section 6.1, for `words`: small letters without
    punctuation (ASCII's), articles (a, an, the) and white space beyond one space between words, in that
    order, as in its evaluation script. `space` does the last alone; `none` nothing.
    """
    if how == "none":
        return text
    if how == "words":
        text = ARTICLES.sub(" ", text.lower().translate(PUNCTUATION))
    return " ".join(text.split())


def number_in(text: str) -> Decimal | None:
    """The last number of a text, commas left out; None where there is none.

    Cobbe et al. 2021, "Training Verifiers to Solve Math Word Problems" (arXiv:2110.14168), compares final
    numbers; that the last one is taken is lm-evaluation-harness's `flexible-extract` of GSM8K.
    """
    found = NUMBER.findall(text)
    return Decimal(found[-1].replace(",", "")) if found else None


def extracted(texts: Sequence[str], pattern: str, which: Literal["first", "last"]) -> list[str | None]:
    """What a pattern's group `answer` matches in each text; None where it matches nothing.

    The engine is RE2, of Arrow: a search takes time in proportion to the text, whatever the pattern. It
    knows no look-around and no back references, and groups without a name are written `(?:...)`.

    Args:
        texts: to look in.
        pattern: with a group `(?P<answer>...)`.
        which: of several matches that do not overlap; the last is found by searching behind each.

    Raises:
        ValueError: the pattern is none of RE2, or has no group `answer`.
    """
    if "(?P<answer>" not in pattern:
        raise ValueError(f"the pattern needs a group `(?P<answer>...)`, got {pattern!r}")
    whole = f"^(?P<_before>(?s:.*?))(?P<_match>{pattern})"
    found: list[str | None] = [None] * len(texts)
    left = dict(enumerate(texts))
    while left:
        column: Any = pa.array(left.values(), pa.string())
        try:
            matches: list[Any] = pc.extract_regex(column, whole).to_pylist()
        except pa.ArrowInvalid as error:
            raise ValueError(f"the pattern {pattern!r} is none of RE2: {error}") from error
        behind = {}
        for (row, text), match in zip(left.items(), matches, strict=True):
            if match is None:
                continue
            found[row] = match["answer"]
            rest = text[len(match["_before"]) + max(len(match["_match"]), 1) :]
            if which == "last" and rest:
                behind[row] = rest
        left = behind
    return found
