"""What an artifact of any kind holds, however its class is written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from heldout.runtime.artifacts.artifact import Artifact

if TYPE_CHECKING:
    from torch import Tensor


def parts(value: Any) -> dict[str, Any] | None:
    """By the names of attributes, what an artifact holds, or a dataclass in it; None of what is neither."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return dict(vars(value)) if isinstance(value, Artifact) else None


def tensors(value: Any) -> Iterator["Tensor"]:
    """Every tensor in an artifact or in a value that it holds; nothing is gathered that is not yet."""
    from torch import Tensor

    if isinstance(value, Tensor):
        yield value
    elif isinstance(held := getattr(value, "held", None), tuple):
        yield from held
    else:
        for member in _members(value):
            yield from tensors(member)


def memory_of(value: Any) -> int:
    """Bytes of the tensors, tables and files that a value holds; small things count nothing."""
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    if isinstance(value, bytes | str):
        return len(value)
    return sum(memory_of(member) for member in _members(value))


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, list | tuple):
        return value
    return (parts(value) or {}).values()
