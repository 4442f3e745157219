"""Tokenizers of hub models."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

MOST_GROWTH = 10_000  # letters in the place of one


def hub_tokenizer(files: Mapping[str, bytes]) -> Any:
    """The tokenizer of a model's `tokenizer.json`, which neither pads nor cuts, whatever the file says.

    A length to pad to, such as 2^40, would fill the memory at the first word.

    Args:
        files: of the model, by name.

    Returns:
        a `tokenizers.Tokenizer`.

    Raises:
        ValueError: there is no such file, or it is no tokenizer.
    """
    from tokenizers import Tokenizer

    if "tokenizer.json" not in files:
        raise ValueError("the model has no tokenizer.json")
    try:
        tokenizer = Tokenizer.from_str(files["tokenizer.json"].decode())
    except Exception as error:  # tokenizers raises nothing narrower
        raise ValueError(f"tokenizer.json is no tokenizer: {error}") from error
    if (growth := _growth(json.loads(files["tokenizer.json"]).get("normalizer"))) > MOST_GROWTH:
        raise ValueError(f"tokenizer.json may write {growth} letters in the place of one")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@contextlib.contextmanager
def in_tokens() -> Iterator[None]:
    """Write text in tokens inside of this.

    Raises:
        ValueError: the tokenizer cannot: it lacks a word for what it does not know, or a pattern of it takes
            too long.
    """
    try:
        yield
    except BaseException as error:  # tokenizers raises nothing narrower, and panics that are no `Exception`
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise ValueError(f"the tokenizer cannot write a text in tokens: {error}") from error
        raise


def _growth(normalizer: Any) -> int:
    """How many letters replacements one after another can make of one, at most."""
    if not isinstance(normalizer, dict):
        return 1
    growth = max(1, len(str(normalizer.get("content", ""))))
    for one in normalizer.get("normalizers") or []:
        growth *= _growth(one)
    return growth
