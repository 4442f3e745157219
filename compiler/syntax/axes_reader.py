"""Read the axes of a study: each by itself, then those that have the levels of another."""

from collections.abc import Collection
from collections.abc import Mapping as Table
from dataclasses import replace

from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.axis_reader import MAX_LEVELS, read_axis
from heldout.compiler.syntax.expression import Literal
from heldout.compiler.syntax.fields import IDENTIFIER, Fields, read_name
from heldout.compiler.syntax.study import Axis
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, describe

MAX_AXES = 64


def read_axes(node: Mapping | None, zipped: Collection[str], problems: list[Diagnostic]) -> list[Axis]:
    """The axes of a study, in its order.

    Args:
        node: of the section `axes`.
        zipped: the axes that go in step with others, and may name a level more than once.
        problems: where mistakes are added.
    """
    entries = node.entries if node is not None else ()
    own = [(key, value) for key, value in entries if not _is_twin(value)]
    twins = [(key, value) for key, value in entries if _is_twin(value)]
    written = {str(key.value): _is_twin(value) for key, value in entries}
    axes: dict[str, Axis] = {}
    levels = 0
    for number, (key, value) in enumerate([*own, *twins]):
        repeats = key.value in zipped
        if number < len(own):
            axis = read_axis(key, value, problems, repeats)
        else:
            axis = _read_twin(key, value, axes, written, repeats, problems)
        if axis is None:
            continue
        levels += len(axis.levels)
        if number >= MAX_AXES or levels > MAX_LEVELS:
            message = f"the study has more than {MAX_AXES} axes, or {MAX_LEVELS:,} levels in all"
            problems.append(Diagnostic("out-of-range", message, key.span, "split the study"))
            break
        axes[axis.name] = axis
    return [axes[str(key.value)] for key, _ in entries if str(key.value) in axes]


def _is_twin(node: Node) -> bool:
    return isinstance(node, Mapping) and node.get("levels_of") is not None


def _read_twin(
    key: Scalar,
    node: Node,
    axes: Table[str, Axis],
    written: Table[str, bool],
    repeats: bool,
    problems: list[Diagnostic],
) -> Axis | None:
    """An axis with the levels of another: `{levels_of: task}`.

    Args:
        key: its name.
        node: what the study writes of it.
        axes: those that have been read, all that are no twins first.
        written: the names of all that the study writes, and whether each is a twin.
        repeats: it is zipped, and may name a level more than once.
        problems: where mistakes are added.
    """
    name = read_name(key, "an axis", IDENTIFIER, problems)
    assert isinstance(node, Mapping)
    fields = Fields(node, "the axis", problems)
    title = fields.text("title") or None
    of = fields.take("levels_of")
    fields.finish()
    if name is None or of is None:
        return None
    other = of.value if isinstance(of, Scalar) else None
    if not isinstance(other, str):
        message = f"`levels_of` names an axis, not {describe(of)}"
        problems.append(Diagnostic("wrong-type", message, of.span, "write `levels_of: AXIS`"))
        return None
    if other not in axes and other not in written:
        message = f"no axis is called `{other}`"
        problems.append(Diagnostic("unknown-axis", message, of.span, nearest(other, axes)))
        return None
    axis = axes.get(other)
    if written.get(other):
        first = axis.twin_of if axis is not None else "AXIS"
        message = f"`{other}` has no levels of its own that `{name}` could have"
        hint = f"write `levels_of: {first}`, or the levels themselves"
    elif axis is None:
        return None  # what is wrong with the other one is said there
    elif axis.kind == "search":
        message = f"the levels of `{other}` are drawn, and have no names that `{name}` could share"
        hint = f"write the levels out, or gather `{other}` whole"
    elif not repeats and len(set(axis.texts())) < len(axis.levels):
        message = f"`{other}` repeats a level, which only axes that go in step may"
        hint = f"zip `{name}` too, or write its levels out"
    else:
        plain = all(_is_plain(level.value, level.label) for level in axis.levels)
        kind = axis.kind if axis.kind != "sequence" else "list" if plain else "named"
        return replace(axis, name=name, kind=kind, title=title, span=key.span, twin_of=other)
    problems.append(Diagnostic("bad-twin", message, of.span, hint))
    return None


def _is_plain(value: object, label: object) -> bool:
    return isinstance(value, Literal) and value.value is label
