"""Read a study: the text of a spec to a `Study`, at one of its scales."""

from heldout.compiler.diagnostics import Diagnostic, Problems, Span, TooManyProblems
from heldout.compiler.syntax.axes_reader import read_axes
from heldout.compiler.syntax.claim_reader import read_claim
from heldout.compiler.syntax.fields import SLUG, Fields, check_language, read_name
from heldout.compiler.syntax.including import Fetch, fetch_nothing, read_spec
from heldout.compiler.syntax.metrics_reader import read_metrics
from heldout.compiler.syntax.overlay import apply_scale, inherit_stages
from heldout.compiler.syntax.sharing import take_over_shared
from heldout.compiler.syntax.stage_reader import read_condition, read_stage
from heldout.compiler.syntax.study import (
    AS_IT_STANDS,
    Axis,
    Claim,
    Condition,
    Display,
    Stage,
    Study,
    Untested,
)
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, describe

MAX_SCALES = 32  # `check` compiles the study at each of them


def read_study(
    data: bytes, file: str, scale: str | None = None, fetch: Fetch = fetch_nothing
) -> tuple[Study | None, list[Diagnostic]]:
    """The study that a spec writes, and every mistake of syntax in it.

    Args:
        data: the bytes of the file.
        file: its name, for diagnostics.
        scale: the scale to lay over it, or None for the study as it stands.
        fetch: gives the bytes of the bases that it includes.

    Returns:
        the study, or None where there is none to speak of; the diagnostics, empty if it is well-formed.
    """
    written = read_spec(data, file, fetch)
    if written.root is None:
        return None, list(written.problems)
    return study_at(written.root, file, scale)


def study_at(root: Mapping, file: str, scale: str | None) -> tuple[Study | None, list[Diagnostic]]:
    """The study of a spec at a scale, and every mistake of syntax in it.

    Args:
        root: what the spec holds.
        file: its name, for diagnostics.
        scale: the scale to lay over it, or None for the study as it stands.
    """
    problems = Problems()
    try:
        if scale is not None:
            root = apply_scale(root, scale, problems)
        root = take_over_shared(root, problems)
        root = inherit_stages(root, problems)
        return _study(root, file, scale, problems), problems
    except TooManyProblems:
        return None, problems


def _study(root: Mapping, file: str, scale: str | None, problems: list[Diagnostic]) -> Study | None:
    fields = Fields(root, "a study", problems)
    check_language(fields)
    name_node = fields.take("study")
    name = None
    if isinstance(name_node, Scalar):
        name = read_name(name_node, "a study", SLUG, problems)
    else:
        fields.add("missing-key", "the study has no name", Span(file, 1, 1), "write `study: my-study`")
    title = fields.text("title")
    fields.text("$schema")
    for section in ("shared", "include"):  # what they hold is in its place by now
        fields.take(section)
    zips = tuple(_zips(fields))
    zipped = {axis for group in zips for axis, _ in group}
    axes = read_axes(fields.mapping("axes"), zipped, problems)
    stages = [
        s
        for key, node in _entries(fields.mapping("stages"))
        if (s := read_stage(key, node, problems)) is not None
    ]
    written = root.get("stages")
    if written is None or _is_empty(written):
        place = (written or root).span
        hint = "write `stages: {name: {use: OPERATOR}}`"
        fields.add("missing-key", "the study has no `stages`", place, hint)
    _refuse_shared_names(axes, stages, problems)
    scales = fields.mapping("scales")
    if len(_entries(scales)) > MAX_SCALES:
        message = f"the study has {len(_entries(scales)):,} scales; at most {MAX_SCALES}"
        hint = "a scale is the whole study in another size: what varies within it is an axis"
        problems.append(Diagnostic("out-of-range", message, _entries(scales)[MAX_SCALES][0].span, hint))
    for key, _ in _entries(scales):
        if read_name(key, "a scale", SLUG, problems) == AS_IT_STANDS:
            hint = "choose another name: results of the study as it stands lie in a folder of this one"
            problems.append(Diagnostic("reserved-name", f"`{key.value}` cannot name a scale", key.span, hint))
    claims = [read_claim(key, node, problems) for key, node in _entries(fields.mapping("claims"))]
    study = Study(
        name=name or "",
        title=title or (name or ""),
        paper=_paper(fields.mapping("paper"), problems),
        notes=fields.text("notes"),
        image=fields.text("image", "cpu"),
        image_span=(root.get("image") or root).span,
        operators=tuple(_operators(fields)),
        axes=tuple(axes),
        zips=zips,
        excludes=tuple(_excludes(fields)),
        stages=tuple(stages),
        claims=tuple(claim for claim in claims if isinstance(claim, Claim)),
        untested=tuple(claim for claim in claims if isinstance(claim, Untested)),
        figures=tuple(_displays(fields.mapping("figures"), "a figure", problems)),
        tables=tuple(_displays(fields.mapping("tables"), "a table", problems)),
        samples=tuple(_displays(fields.mapping("samples"), "a gallery of samples", problems)),
        metrics=read_metrics(fields.mapping("metrics"), problems),
        scale=scale,
        scales=tuple(str(k.value) for k, _ in _entries(scales)),
        file=file,
        span=name_node.span if name_node is not None else root.span,
    )
    fields.finish()
    return study


def _is_empty(node: Node) -> bool:
    if isinstance(node, Mapping):
        return not node.entries
    return isinstance(node, Scalar) and node.value is None


def _entries(node: Mapping | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if node is not None else ()


def _paper(node: Mapping | None, problems: list[Diagnostic]) -> tuple[tuple[str, str], ...]:
    if node is None:
        return ()
    fields = Fields(node, "a paper", problems)
    year = node.get("year")
    paper = tuple((key, text) for key in ("title", "authors", "url", "doi") if (text := fields.text(key)))
    if isinstance(year, Scalar) and type(year.value) is int:
        fields.known.append("year")
        paper += (("year", str(year.value)),)
    elif text := fields.text("year"):
        paper += (("year", text),)
    fields.finish()
    return paper


def _operators(fields: Fields) -> list[tuple[str, Span]]:
    files = []
    for item in fields.sequence("operators"):
        path = item.value if isinstance(item, Scalar) else None
        if not isinstance(path, str) or not path.endswith(".py"):
            message = f"`operators` lists Python files, not {describe(item)}"
            fields.add("wrong-type", message, item.span, "write `operators: [my_operators.py]`")
        elif path.startswith("/") or ".." in path.split("/") or "\\" in path:
            fields.add(
                "unsafe-path",
                f"`{path}` leaves the folder of the spec",
                item.span,
                "keep the file beside the spec",
            )
        else:
            files.append((path, item.span))
    return files


def _zips(fields: Fields) -> list[tuple[tuple[str, Span], ...]]:
    groups = []
    for item in fields.sequence("zip"):
        axes = item.items if isinstance(item, Sequence) else ()
        names = [(str(n.value), n.span) for n in axes if isinstance(n, Scalar)]
        if len(names) < max(2, len(axes)):
            found = describe(item) if not isinstance(item, Sequence) else "a list of other things, or of one"
            message = f"`zip` lists groups of axes, two or more each, not {found}"
            fields.add("wrong-type", message, item.span, "write `zip: [[a, b]]`")
            continue
        groups.append(tuple(names))
    return groups


def _excludes(fields: Fields) -> list[Condition]:
    conditions = []
    for item in fields.sequence("exclude"):
        if isinstance(item, Mapping) and item.entries:
            conditions.append(read_condition(item, fields.problems))
        else:
            found = "an empty mapping" if isinstance(item, Mapping) else describe(item)
            message = f"`exclude` lists combinations of levels, not {found}"
            fields.add("wrong-type", message, item.span, "write `exclude: [{method: coral, held_out: 0}]`")
    return conditions


DISPLAYS = {
    "a figure": "write `{mark: line, x: AXIS, y: STAGE.METRIC}`",
    "a table": "write `{rows: AXIS, columns: AXIS, value: STAGE.METRIC}`",
    "a gallery of samples": "write `{rows: STAGE.OUTPUT, image: x}`",
}


def _displays(node: Mapping | None, what: str, problems: list[Diagnostic]) -> list[Display]:
    displays = []
    for key, value in _entries(node):
        name = read_name(key, what, SLUG, problems)
        if not isinstance(value, Mapping):
            message = f"{what} is a mapping, not {describe(value)}"
            problems.append(Diagnostic("wrong-type", message, value.span, DISPLAYS[what]))
        elif name is not None:
            displays.append(Display(name, value.entries, key.span))
    return displays


def _refuse_shared_names(axes: list[Axis], stages: list[Stage], problems: list[Diagnostic]) -> None:
    names = {axis.name for axis in axes}
    for stage in stages:
        if stage.name in names:
            message = f"`{stage.name}` names a stage and an axis"
            problems.append(
                Diagnostic(
                    "name-clash", message, stage.span, "rename one: references could not tell them apart"
                )
            )


def known_scales(data: bytes, file: str, fetch: Fetch = fetch_nothing) -> tuple[str, ...]:
    """The scales that a spec declares; none where it cannot be read."""
    study, _ = read_study(data, file, fetch=fetch)
    return study.scales if study is not None else ()
