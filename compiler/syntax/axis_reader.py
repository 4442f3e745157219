"""Read axes: lists, named levels, counts, searches and sequences."""

import unicodedata

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.axis_forms import meant_as_form
from heldout.compiler.syntax.expression import Literal, MapOf
from heldout.compiler.syntax.expression_reader import read_expression
from heldout.compiler.syntax.fields import IDENTIFIER, Fields, read_name
from heldout.compiler.syntax.overlay import is_axis_form
from heldout.compiler.syntax.prior import FIRST, draw, read_prior
from heldout.compiler.syntax.study import Axis, AxisKind, Level, Search, level_text
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, describe

MAX_LEVELS = 100_000
MAX_DRAWS = 500_000

# The kind of an axis by the key that tells its form, the first that there is.
FORMS: dict[str, AxisKind] = {
    "count": "count",
    "sequence": "sequence",
    "search": "search",
    "trials": "search",
    "seed": "search",
    "levels": "list",
}


def read_axis(key: Scalar, node: Node, problems: list[Diagnostic], repeats: bool = False) -> Axis | None:
    """An axis of a study.

    Args:
        key: its name.
        node: a list of plain values, a mapping of named levels, or one of the forms
            `{count: 5}`, `{sequence: 3}` or one of levels, `{search: …, trials: 20, seed: 0}`,
            `{levels: …}`.
        problems: where mistakes are added.
        repeats: the axis is zipped, and may name a level more than once.
    """
    name = read_name(key, "an axis", IDENTIFIER, problems)
    if name is None:
        return None
    before = len(problems)
    kind, levels, search, title = _read(node, problems)
    if not levels:
        if len(problems) == before:
            problems.append(
                Diagnostic("empty-axis", f"the axis `{name}` has no levels", node.span, "name at least one")
            )
        return None
    if len(levels) > MAX_LEVELS:
        message = f"the axis `{name}` has {len(levels):,} levels; at most {MAX_LEVELS:,}"
        problems.append(Diagnostic("out-of-range", message, node.span, "write fewer levels"))
        return None
    if kind != "count":  # numbers that go up are all seen, and no two are one
        _refuse_unseen(levels, problems)
        if not repeats:
            _refuse_repeats(levels, problems)
    return Axis(name, kind, levels, search, title, key.span)


def _read(
    node: Node, problems: list[Diagnostic]
) -> tuple[AxisKind, tuple[Level, ...], Search | None, str | None]:
    if isinstance(node, Sequence):
        return "list", _listed(node, problems), None, None
    if not isinstance(node, Mapping):
        hint = "write a list of levels, named levels, `{count: 5}`, `{search: …}` or `{sequence: 3}`"
        problems.append(Diagnostic("wrong-type", f"an axis cannot be {describe(node)}", node.span, hint))
        return "list", (), None, None
    if not is_axis_form(node):
        if (wrong := meant_as_form(node)) is not None:
            problems.append(wrong)
            return "named", (), None, None
        return "named", _named(node, problems), None, None
    fields = Fields(node, "the axis", problems)
    title = fields.text("title") or None
    levels: tuple[Level, ...] = ()
    search: Search | None = None
    form = next(key for key in FORMS if node.get(key) is not None)
    kind = FORMS[form]
    match form:
        case "sequence" if isinstance(inner := node.get("sequence"), Sequence | Mapping):
            fields.take("sequence")
            levels = _listed(inner, problems) if isinstance(inner, Sequence) else _named(inner, problems)
        case "count" | "sequence":
            number = fields.integer(form, 0, 1, MAX_LEVELS)
            levels = tuple(Level(i, Literal(i, node.span), node.span) for i in range(number))
        case "levels":
            inner = fields.take("levels")
            if isinstance(inner, Mapping):
                kind, levels = "named", _named(inner, problems)
            elif inner is not None:
                kind, levels, _, _ = _read(inner, problems)
        case _:
            levels, search = _search(fields, node, problems)
    fields.finish()
    return kind, levels, search, title


def _listed(node: Sequence, problems: list[Diagnostic]) -> tuple[Level, ...]:
    levels = []
    for item in node.items:
        if not isinstance(item, Scalar):
            hint = "name it: `axis: {short: [1, 2], long: [1, 2, 3]}`"
            problems.append(
                Diagnostic(
                    "bad-level", f"a level of a list is a plain value, not {describe(item)}", item.span, hint
                )
            )
        elif isinstance(item.value, str) and "${" in item.value:
            hint = "name it: `axis: {pretrained: ${stage}}`"
            problems.append(
                Diagnostic("bad-level", "a level that refers to something needs a name", item.span, hint)
            )
        else:
            levels.append(Level(item.value, Literal(item.value, item.span), item.span))
    return tuple(levels)


def _named(node: Mapping, problems: list[Diagnostic]) -> tuple[Level, ...]:
    return tuple(Level(key.value, read_expression(value, problems), key.span) for key, value in node.entries)


def _search(
    fields: Fields, node: Mapping, problems: list[Diagnostic]
) -> tuple[tuple[Level, ...], Search | None]:
    trials = fields.integer("trials", 0, 1, MAX_LEVELS)
    if node.get("trials") is None:
        problems.append(
            Diagnostic("missing-key", "the search has no `trials`", node.span, "write `trials: 20`")
        )
    seed = fields.integer("seed", 0, 0, 2**31)
    space_node = fields.take("search")
    space = []
    defaults = isinstance(space_node, Scalar) and space_node.value == "defaults"
    if isinstance(space_node, Mapping):
        for key, value in space_node.entries:
            prior = read_prior(value, problems)
            if not isinstance(key.value, str):
                hint = f'write it in quotes: "{level_text(key.value)}"'
                problems.append(
                    Diagnostic("bad-key", f"the key `{level_text(key.value)}` is no text", key.span, hint)
                )
            elif prior is not None:
                space.append((key.value, prior))
    elif (
        not defaults
        and space_node is not None
        and not (isinstance(space_node, Scalar) and space_node.value is None)
    ):
        hint = "write `search: {lr: {loguniform: [1e-4, 1e-2]}}` or `search: defaults`"
        problems.append(
            Diagnostic(
                "bad-prior", f"a search space is a mapping, not {describe(space_node)}", space_node.span, hint
            )
        )
    first = fields.take(FIRST)
    if first is not None and not (defaults and isinstance(first, Scalar) and first.value == "defaults"):
        message = "`first` of a search is `defaults`, where it is a search of `defaults`"
        hint = "write `search: defaults, first: defaults`; a prior has its own: `{choice: [8, 16], first: 8}`"
        problems.append(Diagnostic("bad-prior", message, first.span, hint))
    if trials * len(space) > MAX_DRAWS:
        message = f"the search draws {trials:,} x {len(space):,} values; at most {MAX_DRAWS:,}"
        problems.append(Diagnostic("out-of-range", message, node.span, "write fewer trials"))
        return (), None
    search = Search(tuple(space), seed, defaults, first is not None)
    return tuple(Level(i, _drawn(search, i, node), node.span) for i in range(trials)), search


def _drawn(search: Search, trial: int, node: Mapping) -> MapOf:
    entries = tuple(
        (n, node.span, Literal(draw(p, search.seed, n, trial), node.span)) for n, p in search.space
    )
    return MapOf(entries, node.span)


def _refuse_repeats(levels: tuple[Level, ...], problems: list[Diagnostic]) -> None:
    seen: dict[str, str] = {}
    for level in levels:
        # A level is written into tables and shown to people: 1, 1.0 and "1" would look alike.
        value = level.label
        label = str(int(value)) if isinstance(value, float) and value.is_integer() else level.text
        shown = _as_seen(label)
        if shown in seen:
            message = f"the level `{label}` stands twice"
            if seen[shown] != label:
                message = f"the level `{label}` looks like another one, and is written otherwise"
            problems.append(Diagnostic("duplicate-level", message, level.span, "remove one"))
        seen.setdefault(shown, label)


def _refuse_unseen(levels: tuple[Level, ...], problems: list[Diagnostic]) -> None:
    for level in levels:
        if not _as_seen(level.text):
            hint = "give it a name, such as `none`"
            problems.append(
                Diagnostic("bad-level", "a level has a name that shows nothing", level.span, hint)
            )


def _as_seen(text: str) -> str:
    """A text without what nobody sees: how letters are composed, spaces around it, characters of no width."""
    if text.isascii():
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text)
    shown = (c for c in composed if unicodedata.category(c) != "Cf" and c not in "\ufe0e\ufe0f")
    return " ".join("".join(shown).split())
