"""Rewrites of the tree before it is read: scales laid over the study, stages that are like others."""

from dataclasses import replace

from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, Value, describe
from heldout.compiler.syntax.yaml_reader import MAX_NODES

MAX_STAGES = 200
MAX_LIKE = 20

# Sections whose entries merge key by key.
MERGED = ("shared", "stages", "metrics", "claims", "figures", "tables", "samples")
UNCHANGED = ("heldout", "study", "include", "scales")  # at every scale


def apply_scale(root: Mapping, scale: str, problems: list[Diagnostic]) -> Mapping:
    """Before: a study with scales. After: the study at one of them.

    A scale replaces axes whole (a list over named levels keeps the levels that it names); in a
    stage, claim, figure or table it replaces the keys that it names, and the whole entry where
    it writes a `use` or a `compute`. It may add axes, stages, claims, figures, tables and samples, such as a
    stage that fetches real data, and leave some out: `name: null`. Everything else it replaces.
    """
    scales = root.get("scales")
    overlay = scales.get(scale) if isinstance(scales, Mapping) else None
    if overlay is None:
        known = scales.keys() if isinstance(scales, Mapping) else ()
        problems.append(
            Diagnostic("unknown-scale", f"the study has no scale `{scale}`", root.span, nearest(scale, known))
        )
        return root
    if not isinstance(overlay, Mapping):
        if not (isinstance(overlay, Scalar) and overlay.value is None):
            message = f"a scale is a mapping, not {describe(overlay)}"
            hint = "write what it changes: `{axes: {seed: {count: 1}}}`"
            problems.append(Diagnostic("wrong-type", message, overlay.span, hint))
        return root
    changes = []
    for key, node in overlay.entries:
        if key.value in UNCHANGED:
            message = f"a scale cannot change `{key.value}`"
            hint = "change axes, stages or claims"
            problems.append(Diagnostic("unknown-key", message, key.span, hint))
            continue
        merged = merge_section(key, root.get(str(key.value)), node, problems, "the study has nothing")
        changes.append((key, merged))
    return laid_over(root, changes)


def merge_section(
    key: Scalar, base: Node | None, overlay: Node, problems: list[Diagnostic], none: str
) -> Node:
    """One section with another laid over it: `axes`, `stages`, … entry by entry, others whole.

    Args:
        key: of the section.
        base: below it, where there is one.
        overlay: above.
        problems: mistakes are added to them.
        none: how a message begins that says what is not there: `the study has nothing`.
    """
    if not isinstance(base, Mapping) or not isinstance(overlay, Mapping):
        return overlay
    old_by_name = {k.value: (k, v) for k, v in base.entries}
    entries, left_out = [], set()
    for name, node in overlay.entries:
        old = old_by_name.get(name.value)
        if old is not None and is_nothing(node) and key.value in ("axes", *MERGED):
            left_out.add(name.value)
            continue
        if old is None and key.value in ("axes", "stages") and not _is_whole(key, node):
            message = f"{none} called `{name.value}` in `{key.value}`"
            problems.append(Diagnostic("unknown-name", message, name.span, nearest(name.value, base.keys())))
            continue
        entries.append(merge_entry(key, old, (name, node), problems))
    kept = tuple((name, node) for name, node in base.entries if name.value not in left_out)
    return laid_over(replace(base, entries=kept), entries)


def merge_entry(
    section: Scalar, old: tuple[Scalar, Node] | None, new: tuple[Scalar, Node], problems: list[Diagnostic]
) -> tuple[Scalar, Node]:
    """An axis, stage, claim, … with another of its name laid over it."""
    if old is None:
        return new
    (old_name, below), (name, node) = old, new
    if section.value == "axes":
        return name, _keep_levels(below, node, problems)
    if section.value not in MERGED or not isinstance(below, Mapping) or not isinstance(node, Mapping):
        return new
    if node.get("use") is not None or node.get("compute") is not None:
        return new
    base = _without_kind(below, node) if section.value == "claims" else below
    return old_name, laid_over(base, list(node.entries))


def is_nothing(node: Node) -> bool:
    """Whether a key is written and nothing is given to it, or `null`."""
    return isinstance(node, Scalar) and node.value is None


def _without_kind(base: Mapping, overlay: Mapping) -> Mapping:
    """A claim without its test, where the scale writes one, or why there is none."""
    if not set(overlay.keys()) - {"says", "looks"}:
        return base
    kept = ("says",) if overlay.get("untested") is not None else ("says", "looks")
    return replace(base, entries=tuple((key, node) for key, node in base.entries if key.value in kept))


def _is_whole(key: Scalar, node: Node) -> bool:
    """Whether an entry stands on its own, and need not be one of the study's."""
    if key.value == "axes":
        return isinstance(node, Mapping | Sequence)
    begins = ("use", "compute", "like", "with")
    operator = isinstance(node, Mapping) and any(node.get(key) is not None for key in begins)
    return key.value == "stages" and operator


def _keep_levels(base: Node | None, overlay: Node, problems: list[Diagnostic]) -> Node:
    """A list laid over named levels keeps those that it names, in its order."""
    if not isinstance(base, Mapping) or not isinstance(overlay, Sequence):
        return overlay
    if is_axis_form(base):
        levels, of = base.get("levels"), base.get("levels_of")
        if of is not None:
            message = f"a list cannot narrow an axis that has the levels of another, {describe(of)}"
            hint = "narrow that one, and this one has its levels, or write this one whole: `{levels: […]}`"
            problems.append(Diagnostic("bad-twin", message, overlay.span, hint))
            return base
        if not isinstance(levels, Mapping):
            return overlay
        return laid_over(
            base,
            [(k, _keep_named(levels, overlay, problems)) for k, _ in base.entries if k.value == "levels"],
        )
    return _keep_named(base, overlay, problems)


def _keep_named(base: Mapping, overlay: Sequence, problems: list[Diagnostic]) -> Mapping:
    kept = []
    for item in overlay.items:
        found = [
            (k, v) for k, v in base.entries if isinstance(item, Scalar) and str(k.value) == str(item.value)
        ]
        if not found:
            shown = f"`{item.value}`" if isinstance(item, Scalar) else describe(item)
            message = f"the axis has no level {shown}"
            problems.append(
                Diagnostic(
                    "unknown-level", message, item.span, nearest(getattr(item, "value", ""), base.keys())
                )
            )
            return base
        kept += found
    return Mapping(tuple(kept), overlay.span)


def is_axis_form(node: Mapping) -> bool:
    """Whether a mapping is one of the forms of an axis, and no mapping of named levels.

    `{levels: {count: 5, total: 7}}` names levels that would look like a form.
    """
    keys = set(node.keys())
    forms = ({"count"}, {"sequence"}, {"levels"}, {"search", "trials", "seed"})
    if "levels_of" in keys or any(keys <= form | {"title"} and keys & form for form in forms):
        return True
    number = node.get("count") or node.get("sequence") or node.get("trials")
    # A form with a key that it does not have, and no named levels of which one is called `count`.
    return (
        isinstance(number, Scalar)
        and type(number.value) is int
        and ("trials" not in keys or "search" in keys)
    )


def inherit_stages(root: Mapping, problems: list[Diagnostic]) -> Mapping:
    """Before: `fold_model: {like: model, data: …}`. After: model's keys, with those written here instead."""
    stages = root.get("stages")
    if not isinstance(stages, Mapping):
        return root
    by_name = {key.value: node for key, node in stages.entries}
    entries: list[tuple[Scalar, Node]] = []
    size = 0
    for key, node in stages.entries[:MAX_STAGES]:
        inherited = _inherit(key, node, by_name, problems)
        size += size_of(inherited)
        if size > MAX_NODES:
            message = f"with what `like` repeats, the stages hold more than {MAX_NODES:,} values"
            problems.append(Diagnostic("yaml-size", message, key.span, "keep data out of the spec"))
            break
        entries.append((key, inherited))
    if len(stages.entries) > MAX_STAGES:
        message = f"the study has {len(stages.entries):,} stages; at most {MAX_STAGES}"
        hint = "stages that differ by a value are one stage with an axis"
        problems.append(Diagnostic("out-of-range", message, stages.entries[MAX_STAGES][0].span, hint))
    return laid_over(
        root,
        [(key, Mapping(tuple(entries), stages.span)) for key, _ in root.entries if key.value == "stages"],
    )


def _inherit(key: Scalar, node: Node, by_name: dict[Value, Node], problems: list[Diagnostic]) -> Node:
    chain = [key.value]
    while isinstance(node, Mapping) and (like := node.get("like")) is not None:
        own = Mapping(tuple((k, v) for k, v in node.entries if k.value != "like"), node.span)
        name = like.value if isinstance(like, Scalar) else None
        base = by_name.get(name)
        if isinstance(base, Mapping) and name not in chain and len(chain) > MAX_LIKE:
            message = f"more than {MAX_LIKE} stages in a row are like one another"
            hint = "let this stage be like the one that they all come from"
            problems.append(Diagnostic("out-of-range", message, like.span, hint))
            return own
        if not isinstance(base, Mapping) or name in chain:
            circle = f": it goes in a circle, {' → '.join(map(str, [*chain, name]))}" if name in chain else ""
            hint = nearest(name, [k for k in by_name if k not in chain])
            problems.append(
                Diagnostic("unknown-stage", f"no stage to be like {describe(like)}{circle}", like.span, hint)
            )
            return own
        chain.append(name)
        node = Mapping(laid_over(base, list(own.entries)).entries, node.span)
    return node


def size_of(node: Node) -> int:
    """How many keys and values a tree holds."""
    match node:
        case Mapping(entries):
            return 1 + sum(1 + size_of(value) for _, value in entries)
        case Sequence(items):
            return 1 + sum(map(size_of, items))
        case _:
            return 1


def laid_over(base: Mapping, entries: list[tuple[Scalar, Node]]) -> Mapping:
    """The mapping with these entries in the place of its own, or after them."""
    merged = {(type(k.value), k.value): (k, node) for k, node in base.entries}
    for key, node in entries:
        identity = (type(key.value), key.value)
        merged[identity] = (key, node)
    return Mapping(tuple(merged.values()), base.span)
