"""Tokenizers of hub models."""

from collections.abc import Mapping
from typing import Any


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
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
