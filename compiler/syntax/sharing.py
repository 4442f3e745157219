"""Keys that stages, levels, claims and displays share: once under `shared`, by name with `with`."""

from collections.abc import Mapping as Names

from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.fields import SLUG, read_name
from heldout.compiler.syntax.overlay import is_axis_form, laid_over, size_of
from heldout.compiler.syntax.study import ALL
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, Value, describe
from heldout.compiler.syntax.yaml_reader import MAX_NODES

MAX_SETS = 20  # of keys that one place takes over
SECTIONS = ("axes", "stages", "claims", "figures", "tables", "samples")


def take_over_shared(root: Mapping, problems: list[Diagnostic]) -> Mapping:
    """Before: `sft: {with: tuning, use: …}`. After: the keys of `shared: {tuning: …}` unless written here."""
    taking = _Taking(_shared(root, problems), problems)
    sections: list[tuple[Scalar, Node]] = [
        (key, taking.section(str(key.value), node))
        for key, node in root.entries
        if key.value in SECTIONS and isinstance(node, Mapping)
    ]
    return laid_over(root, sections)


def _shared(root: Mapping, problems: list[Diagnostic]) -> dict[Value, Mapping]:
    """The sets of keys by name."""
    section, sets = root.get("shared"), dict[Value, Mapping]()
    if section is None or (isinstance(section, Scalar) and section.value is None):
        return sets
    if not isinstance(section, Mapping):
        message = f"`shared` is a mapping, not {describe(section)}"
        hint = "write `shared: {tuning: {steps: 400}}`"
        problems.append(Diagnostic("wrong-type", message, section.span, hint))
        return sets
    for key, node in section.entries:
        name = read_name(key, "a set of shared keys", SLUG, problems)
        if not isinstance(node, Mapping):
            message = f"what is shared is a mapping, not {describe(node)}"
            hint = "write keys of a stage, level, test, figure or table: `tuning: {steps: 400}`"
            problems.append(Diagnostic("wrong-type", message, node.span, hint))
        elif (inner := node.key("with")) is not None:
            hint = "name both sets where they are taken over: `with: [one, other]`"
            problems.append(Diagnostic("unknown-key", "a shared set has no key `with`", inner.span, hint))
        elif name is not None:
            sets[name] = node
    return sets


class _Taking:
    """Takes keys over, and counts what is written by it."""

    def __init__(self, sets: Names[Value, Mapping], problems: list[Diagnostic]) -> None:
        self._sets = sets
        self._problems = problems
        self._size = 0

    def section(self, name: str, section: Mapping) -> Mapping:
        """One of the sections whose entries may take keys over."""
        take = {"axes": self._axis, "claims": self._claim}.get(name, self._whole)
        return Mapping(tuple((key, take(node)) for key, node in section.entries), section.span)

    def _claim(self, node: Node) -> Node:
        """A claim: its test takes keys over, or each of its tests, and what several share beside them."""
        if not isinstance(node, Mapping):
            return node
        if node.key(ALL) is None:
            return self._each(node)
        entries = [(key, self._tests(value) if key.value == ALL else value) for key, value in node.entries]
        return self._whole(Mapping(tuple(entries), node.span))

    def _tests(self, node: Node) -> Node:
        if not isinstance(node, Sequence):
            return node
        items = (self._each(item) if isinstance(item, Mapping) else item for item in node.items)
        return Sequence(tuple(items), node.span)

    def _axis(self, node: Node) -> Node:
        """An axis; of its forms those that have named levels are looked into."""
        if not isinstance(node, Mapping):
            return node
        if not is_axis_form(node):
            return self._each(node)
        levels = ("levels", "sequence")
        entries = [
            (key, self._each(value) if key.value in levels and isinstance(value, Mapping) else value)
            for key, value in node.entries
        ]
        return Mapping(tuple(entries), node.span)

    def _each(self, node: Mapping) -> Mapping:
        entries = tuple((key, self._whole(value)) for key, value in node.entries)
        return Mapping(entries, node.span)

    def _whole(self, node: Node) -> Node:
        """A stage, the value of a level, a test, figure or table, with the keys that it takes over."""
        written = node.get("with") if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or written is None:
            return node
        whole = Mapping((), node.span)
        for item in self._names(written):
            whole = laid_over(whole, list(self._sets[item.value].entries))
        own = [(key, value) for key, value in node.entries if key.value != "with"]
        whole = laid_over(whole, own)
        self._size += size_of(whole)
        if self._size > MAX_NODES:
            message = f"with what `with` repeats, the study holds more than {MAX_NODES:,} values"
            self._problems.append(Diagnostic("yaml-size", message, written.span, "keep data out of the spec"))
            return Mapping(tuple(own), node.span)
        return whole

    def _names(self, written: Node) -> list[Scalar]:
        if isinstance(written, Scalar) and written.value is None:
            return []  # as a scale writes it, so that the stage takes none over
        items = written.items if isinstance(written, Sequence) else (written,)
        if len(items) > MAX_SETS:
            message = f"`with` names {len(items)} sets of shared keys; at most {MAX_SETS}"
            self._problems.append(Diagnostic("out-of-range", message, written.span, "join some of them"))
            return []
        known = []
        for item in items:
            if isinstance(item, Scalar) and item.value in self._sets:
                known.append(item)
                continue
            if not isinstance(item, Scalar):
                message = f"`with` names a set of shared keys, or a list of them, not {describe(item)}"
                self._problems.append(Diagnostic("wrong-type", message, item.span, "write `with: NAME`"))
                continue
            message = f"nothing under `shared` is called {describe(item).removeprefix('the text ')}"
            hint = nearest(item.value, self._sets)
            self._problems.append(Diagnostic("unknown-shared", message, item.span, hint))
        return known
