"""Read expressions: from a node of the tree to what it stands for."""

import re

from heldout.compiler.diagnostics import Diagnostic, Span
from heldout.compiler.syntax.expression import (
    Arithmetic,
    At,
    Call,
    Draw,
    Expression,
    ListOf,
    Literal,
    MapOf,
    Previous,
    Reference,
)
from heldout.compiler.syntax.formula_reader import Place, Unreadable, looks_like_arithmetic, read_formula
from heldout.compiler.syntax.prior import read_prior
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, describe

_REFERENCE = re.compile(
    r"\$\{([a-z][a-z0-9_]*)(?:\.([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)?))?\}\Z"
)


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
    inner = text[2:-1]
    whole = text.startswith("${") and text.endswith("}")
    if whole and looks_like_arithmetic(inner):
        try:
            formula = read_formula(inner, _places(text, span))
        except Unreadable as error:
            problems.append(error.diagnostic)
            return Literal(None, span)
        if not isinstance(formula, Reference):
            return Arithmetic(formula, inner, span)
        hint = f"write `{formula}`"
        problems.append(Diagnostic("bad-reference", f"`{text[:60]}` is no reference", span, hint))
        return Literal(None, span)
    together = text.replace("${", "").replace("}", "")
    if not whole or _is_arithmetic(together):
        hint = "a reference is the whole value, to keep its type: write `${name}` alone (`$${` for the text)"
        if _is_arithmetic(together):
            hint = f"compute inside the braces: write `${{{together.strip()[:100]}}}`"
        problems.append(
            Diagnostic("partial-reference", f"the reference is only a part of `{text[:60]}`", span, hint)
        )
    else:
        bare = text.strip("${} ")
        hint = "write `${axis}`, `${axis.field}`, `${stage}` or `${stage.output}`"
        hint = f"write `${{{bare}}}`" if _REFERENCE.match(f"${{{bare}}}") else hint
        problems.append(Diagnostic("bad-reference", f"`{text[:60]}` is no reference", span, hint))
    return Literal(None, span)


def _is_arithmetic(text: str) -> bool:
    """Whether it is what could stand inside braces to be computed."""
    try:
        return looks_like_arithmetic(text) and isinstance(read_formula(text, lambda _, __: _NOWHERE), Call)
    except Unreadable:
        return False


_NOWHERE = Span("", 0, 0)


def _places(text: str, span: Span) -> Place:
    """Where the characters between the braces of a text stand: all of it, where it is written otherwise."""
    quote = span.length - len(text)
    first = span.column + quote // 2 + 2

    def place(start: int, end: int) -> Span:
        if quote not in (0, 2):
            return span
        return Span(span.file, span.line, first + start, max(end - start, 1))

    return place


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
