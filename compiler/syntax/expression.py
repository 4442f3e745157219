"""Expressions: what may stand for a value in a stage or an axis, with references in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from heldout.compiler.diagnostics import Span
from heldout.compiler.syntax.prior import Prior
from heldout.compiler.syntax.tree import Value


@dataclass(frozen=True)
class Literal:
    """A plain value."""

    value: Value
    span: Span


@dataclass(frozen=True)
class Reference:
    """`${name}` or `${name.field}`: an axis, a field of an axis, a stage's output, or a metric.

    Of one metric of one output, the field is `output.metric`.
    """

    name: str
    field: str | None
    span: Span

    @property
    def bare(self) -> str:
        """As it stands inside the braces."""
        return f"{self.name}{'.' + self.field if self.field else ''}"

    def __str__(self) -> str:
        return f"${{{self.bare}}}"


@dataclass(frozen=True)
class Input:
    """What a stage that computes is given: the number of it."""

    index: int


@dataclass(frozen=True)
class Call:
    """A function or an operator of numbers: `max(a, b)`, `a // b`, `-a`.

    Attributes:
        depth: of what it is computed from, calls within calls.
    """

    function: str
    arguments: tuple["Formula", ...]
    depth: int
    span: Span


@dataclass(frozen=True)
class Number:
    value: int | float


Formula = Number | Reference | Input | Call


@dataclass(frozen=True)
class Arithmetic:
    """`${64000 // batch}`: a number that is computed from what references stand for."""

    formula: Formula
    text: str
    span: Span


@dataclass(frozen=True)
class Previous:
    """`{previous: ${stage}, initially: …}`: a stage one step earlier along a sequence axis."""

    previous: Reference
    initially: "Expression"
    along: str | None
    span: Span


@dataclass(frozen=True)
class At:
    """`{from: ${stage}, at: {axis: level}}`: a stage at levels of its axes that are named here."""

    source: Reference
    levels: tuple[tuple[str, "Literal | Reference"], ...]
    span: Span


@dataclass(frozen=True)
class Draw:
    """`{search: {loguniform: [1e-4, 1e-2]}}`: drawn for each trial of the study's search axis."""

    prior: Prior
    span: Span


@dataclass(frozen=True)
class ListOf:
    items: tuple["Expression", ...]
    span: Span


@dataclass(frozen=True)
class MapOf:
    entries: tuple[tuple[str, Span, "Expression"], ...]
    span: Span

    def keys(self) -> tuple[str, ...]:
        return tuple(key for key, _, _ in self.entries)


Expression = Literal | Reference | Arithmetic | Previous | At | Draw | ListOf | MapOf


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and all that stands in it."""
    yield expression
    match expression:
        case Arithmetic(formula):
            yield from names_in(formula)
        case Previous(previous, initially):
            yield previous
            yield from walk(initially)
        case At(source, levels):
            yield source
            yield from (level for _, level in levels)
        case ListOf(items):
            for item in items:
                yield from walk(item)
        case MapOf(entries):
            for _, _, value in entries:
                yield from walk(value)


def calls_in(formula: Formula) -> Iterator[Call]:
    """The calls in a formula, itself first."""
    if isinstance(formula, Call):
        yield formula
        for argument in formula.arguments:
            yield from calls_in(argument)


def names_in(formula: Formula) -> Iterator[Reference]:
    """The references in a formula, in the order of writing, as often as they stand there."""
    match formula:
        case Reference():
            yield formula
        case Call(_, arguments):
            for argument in arguments:
                yield from names_in(argument)
