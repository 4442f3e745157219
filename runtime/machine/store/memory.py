"""How much memory an artifact takes."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def memory_of(value: Any) -> int:
    """Bytes of the tensors, tables and files that a value holds; small things count nothing."""
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    if isinstance(value, bytes | str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(memory_of(member) for member in value.values())
    if isinstance(value, list | tuple):
        return sum(memory_of(member) for member in value)
    if is_dataclass(value):
        return sum(memory_of(getattr(value, field.name)) for field in fields(value))
    return 0
