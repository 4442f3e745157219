"""The YAML tree: immutable nodes that know where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from heldout.compiler.diagnostics import Span

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Scalar:
    value: Value
    span: Span


@dataclass(frozen=True)
class Sequence:
    items: tuple["Node", ...]
    span: Span


@dataclass(frozen=True)
class Mapping:
    entries: tuple[tuple[Scalar, "Node"], ...]
    span: Span

    def get(self, key: str) -> "Node | None":
        return next((node for k, node in self.entries if k.value == key), None)

    def key(self, key: str) -> Scalar | None:
        return next((k for k, _ in self.entries if k.value == key), None)

    def keys(self) -> Iterator[Value]:
        return (k.value for k, _ in self.entries)


Node = Scalar | Sequence | Mapping


def describe(node: Node) -> str:
    """What a node is, in the words of a diagnostic."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(value=None):
            return "nothing"
        case Scalar(value=bool() as value):
            return "`true`" if value else "`false`"
        case Scalar(value=""):
            return "an empty text"
        case Scalar(value=str() as value):
            return f"the text `{value[:60]}`"
        case Scalar(value=value):
            return f"the number `{value}`"
