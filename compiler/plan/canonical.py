"""Canonical JSON (RFC 8785): one way to write a value, so that equal values have equal hashes."""

import json
from typing import Any

import rfc8785

_ENCODER = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=False)
_EXACT = 2**53  # integers below it are the same number in every implementation


def canonical(value: Any) -> str:
    """A value as canonical JSON.

    Python's own encoder writes the same where there are no floats and no characters beyond ASCII, in a
    fraction of the time; all else is left to rfc8785.

    Raises:
        rfc8785.CanonicalizationError: the value is none of JSON's, or a number that is not exact in it.
    """
    if _is_plain(value):
        return _ENCODER.encode(value)
    return rfc8785.dumps(value).decode()


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind is str:
        return bool(value.isascii())
    if kind is bool or value is None:
        return True
    if kind is int:
        return abs(int(value)) < _EXACT
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    return kind is dict and all(
        type(key) is str and key.isascii() and _is_plain(one) for key, one in value.items()
    )
