"""Read `over`: the axes along which a stage gathers, and which of their levels."""

from typing import get_args

from heldout.compiler.diagnostics import Span, nearest
from heldout.compiler.syntax.expression import Arithmetic, Reference
from heldout.compiler.syntax.expression_reader import read_expression
from heldout.compiler.syntax.fields import Fields
from heldout.compiler.syntax.study import Narrowing, NarrowingWord, Over
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, describe

WORDS: tuple[NarrowingWord, ...] = tuple(word for word in get_args(NarrowingWord) if word != "levels")
MOST_REFERENCES = 3  # in one narrowing: the levels of each are looked at
_LISTED = "write `over: [seed]`"
_HOW = "write `all`, a list of levels, or one of " + ", ".join(f"`{{{word}: …}}`" for word in WORDS)


def read_over(fields: Fields) -> tuple[Over, ...]:
    """The axes along which a stage gathers.

    `[seed]` gathers all levels; in `{task: {not: "${rival}"}, seed: all}` each axis says which.
    """
    node = fields.take("over")
    found: list[Over | None] = []
    match node:
        case None:
            pass
        case Sequence(items):
            found = [_all_of(fields, item) for item in items]
        case Mapping(entries=(_, *_) as entries):
            found = [_narrowed(fields, key, value) for key, value in entries]
        case _:
            what = "an empty mapping" if isinstance(node, Mapping) else describe(node)
            hint = "write `over: […]`, or `over: {AXIS: [LEVEL]}` for some of its levels"
            fields.add("wrong-type", f"`over` is a list, not {what}", node.span, hint)
    return tuple(one for one in found if one is not None)


def _all_of(fields: Fields, item: Node) -> Over | None:
    if isinstance(item, Scalar) and isinstance(item.value, str):
        return Over(item.value, item.span)
    fields.add("wrong-type", f"`over` lists axes, not {describe(item)}", item.span, _LISTED)
    return None


def _narrowed(fields: Fields, key: Scalar, node: Node) -> Over | None:
    if not isinstance(key.value, str):
        fields.add("bad-key", f"{describe(key)} is no name of an axis", key.span, "write `{axis: all}`")
        return None
    match node:
        case Scalar(value="all" | None):
            return Over(key.value, key.span)
        case Sequence(items):
            narrowing = _levels(fields, key.value, "levels", items, node.span)
        case Mapping(entries=((word, value),)) if word.value in WORDS:
            several = value.items if isinstance(value, Sequence) and word.value == "not" else (value,)
            narrowing = _levels(fields, key.value, word.value, several, value.span)
        case Mapping(entries) if wrong := [k for k, _ in entries if k.value not in WORDS]:
            message = f"what is gathered of `{key.value}` is not said by {describe(wrong[0])}"
            fields.add("unknown-key", message, wrong[0].span, nearest(wrong[0].value, WORDS))
            return None
        case Mapping(entries):
            message = f"what is gathered of `{key.value}` is said in {len(entries) or 'no'} ways"
            fields.add("wrong-type", message, node.span, _HOW)
            return None
        case _:
            message = f"which levels of `{key.value}` are gathered is not said by {describe(node)}"
            fields.add("wrong-type", message, node.span, _HOW)
            return None
    return Over(key.value, key.span, narrowing) if narrowing is not None else None


def _levels(
    fields: Fields, axis: str, word: NarrowingWord, items: tuple[Node, ...], span: Span
) -> Narrowing | None:
    levels: list[Scalar | Reference] = []
    before = len(fields.problems)
    for item in items:
        expression = read_expression(item, fields.problems) if isinstance(item, Scalar) else None
        if isinstance(expression, Reference):
            levels.append(expression)
        elif isinstance(item, Scalar) and not isinstance(expression, Arithmetic):
            levels.append(item)
        else:
            hint = "write how many, or `${axis}`" if word == "first" else "write the level, or `${axis}`"
            message = f"`{word}` of `{axis}` is a plain value or an axis, not {describe(item)}"
            fields.add("wrong-type", message, item.span, hint)
    if not items:
        hint = "name the levels, or write `all`"
        fields.add("empty-condition", f"no level of `{axis}` is named", span, hint)
    narrowing = Narrowing(word, tuple(levels), span)
    if len(narrowing.references) > MOST_REFERENCES:
        message = f"{len(narrowing.references)} axes say which levels of `{axis}` are gathered"
        fields.add("out-of-range", message, span, f"name at most {MOST_REFERENCES}")
    return narrowing if len(fields.problems) == before else None
