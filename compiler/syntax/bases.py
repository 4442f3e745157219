"""Bases: what many studies start from, with each study laid over it as a scale is laid over a study."""

from collections.abc import Sequence
from dataclasses import replace

from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.syntax.overlay import MERGED, is_nothing, merge_entry, merge_section
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Value

# Of a file alone: what it is, and where else it reads.
_OWN = ("heldout", "$schema", "base", "include", "notes")


def laid_over_bases(root: Mapping, bases: Sequence[Mapping], problems: list[Diagnostic]) -> Mapping:
    """Before: a study, and the bases that it includes. After: the study, laid over them.

    Each base is laid over those before it, and the study over all, by the rule of `apply_scale`. What they
    change at a scale is put together first, so that a scale is laid over the whole study.
    """
    own = tuple((key, node) for key, node in root.entries if key.value != "include")
    study = replace(root, entries=own)
    if not bases:
        return study
    below = Mapping((), root.span)
    for base in bases:
        shared = tuple((key, node) for key, node in base.entries if key.value not in _OWN)
        below = _laid(below, replace(base, entries=shared), problems)
    return replace(_laid(below, study, problems), span=root.span)


def _laid(below: Mapping, above: Mapping, problems: list[Diagnostic]) -> Mapping:
    merged: dict[Value, tuple[Scalar, Node]] = {key.value: (key, node) for key, node in below.entries}
    left_out = _left_out(below, above)
    if isinstance(scales := below.get("scales"), Mapping):
        merged["scales"] = (merged["scales"][0], _without(scales, left_out))
    for key, node in above.entries:
        old = merged.get(key.value, (key, None))[1]
        whole = _scales(old, node, problems) if key.value == "scales" else None
        merged[key.value] = (key, whole or merge_section(key, old, node, problems, "no base has anything"))
    return Mapping(tuple(merged.values()), above.span)


def _left_out(below: Mapping, above: Mapping) -> dict[Value, set[Value]]:
    """By section, the entries that are left out by nothing, and all of those that are below nothing."""
    found: dict[Value, set[Value]] = {}
    for section in ("axes", *MERGED):
        old, new = below.get(section), above.get(section)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found[section] = {key.value for key, node in new.entries if is_nothing(node)}
        elif isinstance(old, Mapping) and new is not None:
            found[section] = set(old.keys())
    return found


def _without(scales: Mapping, left_out: dict[Value, set[Value]]) -> Mapping:
    """Scales that no longer speak of what is left out of the study."""

    def section(key: Scalar, node: Node) -> Node:
        if not isinstance(node, Mapping):
            return node
        names = left_out.get(key.value, set())
        return replace(
            node, entries=tuple((name, one) for name, one in node.entries if name.value not in names)
        )

    def scale(node: Node) -> Node:
        if not isinstance(node, Mapping):
            return node
        return replace(node, entries=tuple((key, section(key, one)) for key, one in node.entries))

    return replace(scales, entries=tuple((name, scale(node)) for name, node in scales.entries))


def _scales(below: Node | None, above: Node, problems: list[Diagnostic]) -> Node | None:
    """The scales of both; what both change at one, the one above changes last. None: replaced whole."""
    if not isinstance(below, Mapping) or not isinstance(above, Mapping):
        return None
    merged = {name.value: (name, node) for name, node in below.entries}
    for name, node in above.entries:
        _, old = merged.pop(name.value, (name, None))
        if old is not None and is_nothing(node):
            continue
        if isinstance(old, Mapping) and isinstance(node, Mapping):
            node = _changes(old, node, problems)
        merged[name.value] = (name, node)
    return Mapping(tuple(merged.values()), above.span)


def _changes(below: Mapping, above: Mapping, problems: list[Diagnostic]) -> Mapping:
    """What two texts change at one scale; where an entry is left out by one of them, it stays so."""
    merged = {key.value: (key, node) for key, node in below.entries}
    for key, node in above.entries:
        _, old = merged.get(key.value, (key, None))
        if key.value in ("axes", *MERGED) and isinstance(old, Mapping) and isinstance(node, Mapping):
            inner = {name.value: (name, one) for name, one in old.entries}
            for name, one in node.entries:
                inner[name.value] = merge_entry(key, inner.get(name.value), (name, one), problems)
            node = Mapping(tuple(inner.values()), node.span)
        merged[key.value] = (key, node)
    return Mapping(tuple(merged.values()), above.span)
