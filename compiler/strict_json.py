"""JSON that anyone may have written: bounded in size and depth, finite, no key twice in one object."""

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

MIB = 2**20
_MOST_VALUES = 4_000_000  # which take a hundred times the bytes of some texts


class NotTaken(Exception):
    """A text that is not taken for JSON; says why, as the rest of a sentence about it."""


class TooMuch(NotTaken):
    """It is longer, or holds more, than what it stands for could."""


def read_strictly(data: bytes, most_bytes: int) -> Any:
    """The value of a JSON text.

    Raises:
        TooMuch: it is too long, or has too many values.
        NotTaken: it is nested deeper than 200, holds a number that is not finite or half of a character, has
            a key twice in one object, or is no JSON.
    """
    if len(data) > most_bytes:
        raise TooMuch(f"has {len(data):,} bytes")
    if sum(map(data.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise TooMuch(f"holds more than {_MOST_VALUES:,} values")
    try:
        value = from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise NotTaken(f"is no JSON: {error}") from error
    if not _is_finite(value):
        raise NotTaken("holds a number that is not finite")
    try:
        json.loads(data, object_pairs_hook=_refuse_twice)
    except _Twice as error:
        raise NotTaken(f"has the key {str(error)[:200]!a} twice") from error
    except (ValueError, RecursionError) as error:  # numbers of many digits
        raise NotTaken(f"is not read: {str(error)[:200]}") from error
    return value


class _Twice(Exception):
    """A key that an object has twice: of its values one program takes the first, another the last."""


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise _Twice(next(name for name, count in Counter(names).items() if count > 1))


def _is_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(map(_is_finite, value.values()))
    return not isinstance(value, list) or all(map(_is_finite, value))
