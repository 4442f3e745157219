"""Expressions: what may stand for a value in a stage or an axis, with references in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from heldout.compiler.diagnostics import Diagnostic, Span
from heldout.compiler.syntax.prior import Prior, read_prior
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, Value, describe


@dataclass(frozen=True)
class Literal:
    """A plain value."""

    value: Value
    span: Span


@dataclass(frozen=True)
class Reference:
    """`${name}` or `${name.field}`: an axis, a field of an axis, a stage's output, or a metric."""

    name: str
    field: str | None
    span: Span

    def __str__(self) -> str:
        return f"${{{self.name}{'.' + self.field if self.field else ''}}}"


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


Expression = Literal | Reference | Previous | At | Draw | ListOf | MapOf

_REFERENCE = re.compile(r"\$\{([a-z][a-z0-9_]*)(?:\.([A-Za-z_][A-Za-z0-9_-]*))?\}\Z")


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and all that stands in it."""
    yield expression
    match expression:
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


def read_expression(node: Node, problems: list[Diagnostic]) -> Expression:
    """The expression that a node writes. Mistakes are added to `problems`."""
    match node:
        case Scalar(value=str() as text, span=span) if "${" in text:
            return _reference(text, span, problems)
        case Scalar(value=value, span=span):
            return Literal(value, span)
        case Sequence(items, span):
            return ListOf(tuple(read_expression(item, problems) for item in items), span)
        case Mapping():
            return _mapping(node, problems)


def _reference(text: str, span: Span, problems: list[Diagnostic]) -> Expression:
    if text.startswith("$${"):
        return Literal(text[1:], span)  # `$${…}` is the text `${…}`
    if (match := _REFERENCE.match(text)) is not None:
        return Reference(match[1], match[2], span)
    if "${" in text and not (text.startswith("${") and text.endswith("}")):
        hint = "a reference is the whole value, to keep its type: write `${name}` alone (`$${` for the text)"
        problems.append(
            Diagnostic("partial-reference", f"the reference is only a part of `{text[:60]}`", span, hint)
        )
    else:
        bare = text.strip("${} ")
        hint = "write `${axis}`, `${axis.field}`, `${stage}` or `${stage.output}`"
        hint = f"write `${{{bare}}}`" if _REFERENCE.match(f"${{{bare}}}") else hint
        problems.append(Diagnostic("bad-reference", f"`{text[:60]}` is no reference", span, hint))
    return Literal(None, span)


def _mapping(node: Mapping, problems: list[Diagnostic]) -> Expression:
    keys = set(node.keys())
    if "previous" in keys and keys <= {"previous", "initially", "along"}:
        return _previous(node, problems)
    if keys == {"from", "at"}:
        return _at(node, problems)
    if keys == {"search"} and isinstance(node.get("search"), Mapping):
        prior = read_prior(node.entries[0][1], problems)
        return Draw(prior, node.span) if prior is not None else Literal(None, node.span)
    entries = []
    for key, value in node.entries:
        if not isinstance(key.value, str):
            hint = f'write it in quotes: "{key.value}"'
            problems.append(Diagnostic("bad-key", f"the key `{key.value}` is no text", key.span, hint))
            continue
        entries.append((key.value, key.span, read_expression(value, problems)))
    return MapOf(tuple(entries), node.span)


def _previous(node: Mapping, problems: list[Diagnostic]) -> Expression:
    target = _stage_reference(node.get("previous"), "previous", problems)
    initially = node.get("initially")
    if initially is None:
        hint = "add `initially: ${stage}` (or `initially: null` where the port may be empty)"
        problems.append(
            Diagnostic("sequence-start", "`previous` does not say what the first step reads", node.span, hint)
        )
    along = node.get("along")
    axis = along.value if isinstance(along, Scalar) else None
    if along is not None and not isinstance(axis, str):
        message = f"`along` names an axis, not {describe(along)}"
        problems.append(Diagnostic("wrong-type", message, along.span, "write `along: AXIS`"))
        axis = None
    if target is None or initially is None:
        return Literal(None, node.span)
    return Previous(
        target, read_expression(initially, problems), axis if isinstance(axis, str) else None, node.span
    )


AT = "write `at: {axis: level}`"


def _at(node: Mapping, problems: list[Diagnostic]) -> Expression:
    source = _stage_reference(node.get("from"), "from", problems)
    where = node.get("at")
    if not isinstance(where, Mapping) or not where.entries:
        assert where is not None
        found = "an empty one" if isinstance(where, Mapping) else describe(where)
        message = f"`at` is a mapping from axis to level, not {found}"
        problems.append(Diagnostic("wrong-type", message, where.span, AT))
        return Literal(None, node.span)
    levels: list[tuple[str, Literal | Reference]] = []
    for key, value in where.entries:
        level = read_expression(value, problems)
        if isinstance(level, Literal | Reference):
            levels.append((str(key.value), level))
        else:
            message = f"a level is a plain value or an axis, not {describe(value)}"
            problems.append(Diagnostic("wrong-type", message, value.span, AT))
    return At(source, tuple(levels), node.span) if source is not None else Literal(None, node.span)


def _stage_reference(node: Node | None, key: str, problems: list[Diagnostic]) -> Reference | None:
    assert node is not None
    expression = read_expression(node, problems)
    if isinstance(expression, Reference):
        return expression
    problems.append(
        Diagnostic(
            "wrong-type", f"`{key}` refers to a stage, not to {describe(node)}", node.span, "write `${stage}`"
        )
    )
    return None
