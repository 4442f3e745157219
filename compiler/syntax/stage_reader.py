"""Read stages: an operator, its arguments, and where on the grid it runs."""

from typing import Literal

from heldout.compiler.diagnostics import Diagnostic, Span
from heldout.compiler.syntax.compute_reader import COMPUTES, read_compute
from heldout.compiler.syntax.expression import Arithmetic, Reference
from heldout.compiler.syntax.expression_reader import read_expression
from heldout.compiler.syntax.fields import IDENTIFIER, Fields, read_name
from heldout.compiler.syntax.over_reader import read_over
from heldout.compiler.syntax.study import Argument, Condition, Resources, Restriction, Stage
from heldout.compiler.syntax.tree import Mapping, Node, Scalar, Sequence, describe

LARGEST_STACK = 4096  # tasks that one program may compute at once

# The keys of a stage that are no arguments of its operator.
RESERVED_KEYS = (
    *("use", "compute", "like", "with", "over", "when", "search"),
    *("oracle", "training_rows", "hide", "tolerance", "resources"),
)


def read_stage(key: Scalar, node: Node, problems: list[Diagnostic]) -> Stage | None:
    """A stage of a study, with mistakes added to `problems`."""
    name = read_name(key, "a stage", IDENTIFIER, problems)
    if not isinstance(node, Mapping):
        hint = "write `{use: OPERATOR, …}`"
        problems.append(
            Diagnostic("wrong-type", f"a stage is a mapping, not {describe(node)}", node.span, hint)
        )
        return None
    fields = Fields(node, "the stage", problems)
    compute_node, use_node = fields.take("compute"), node.get("use")
    if compute_node is None:
        use = fields.required_text("use", "name the operator: `use: train/classifier`")
    else:
        use, use_node = COMPUTES, compute_node
        if (both := node.key("use")) is not None:
            message = "a stage has `use` or `compute`, and this one has both"
            problems.append(Diagnostic("unknown-key", message, both.span, "leave one of them out"))
    over = read_over(fields)
    when_node = fields.mapping("when")
    when = read_condition(when_node, problems) if when_node is not None else ()
    oracle, oracle_node = _marked(fields, "oracle"), node.get("oracle")
    training_rows, training_rows_node = _marked(fields, "training_rows"), node.get("training_rows")
    search = fields.take("search")
    search_reference = read_expression(search, problems) if search is not None else None
    if search is not None and not isinstance(search_reference, Reference):
        problems.append(
            Diagnostic(
                "wrong-type",
                f"`search` refers to a search axis, not to {describe(search)}",
                search.span,
                "write `search: ${trial}`",
            )
        )
        search_reference = None
    hide, tolerance = _hide(fields), _tolerance(fields)
    asked = fields.mapping("resources")
    resources = _resources(asked, problems)
    arguments = []
    for argument, value in node.entries:
        if argument.value in RESERVED_KEYS:
            continue
        if not isinstance(argument.value, str):
            hint = "write `name: value`, and lists in brackets: `[0, 15]`"
            message = f"{describe(argument)} is no name of an argument"
            problems.append(Diagnostic("bad-key", message, argument.span, hint))
            continue
        arguments.append(Argument(argument.value, argument.span, read_expression(value, problems)))
    compute = None
    if compute_node is not None:
        compute, arguments = read_compute(compute_node, tuple(arguments), problems), []
    if name is None or not use:
        return None
    return Stage(
        name=name,
        use=use,
        use_span=use_node.span if use_node is not None else key.span,
        arguments=tuple(arguments),
        over=over,
        when=when,
        oracle=oracle,
        oracle_span=oracle_node.span if oracle_node is not None else None,
        training_rows=training_rows,
        training_rows_span=training_rows_node.span if training_rows_node is not None else None,
        search=search_reference if isinstance(search_reference, Reference) else None,
        tolerance=tolerance,
        resources=resources,
        spread_span=_spread_span(asked, resources),
        sharded_span=_span_of(asked, "sharded"),
        span=key.span,
        compute=compute,
        hide=hide,
    )


def read_condition(node: Mapping, problems: list[Diagnostic]) -> Condition:
    """`{axis: level, other: [level, level], third: ${axis}}`."""
    restrictions = []
    for key, value in node.entries:
        items = value.items if isinstance(value, Sequence) else (value,)
        levels: list[Scalar | Reference] = []
        for item in items:
            expression = read_expression(item, problems) if isinstance(item, Scalar) else None
            if isinstance(expression, Reference):
                levels.append(expression)
            elif isinstance(item, Scalar) and not isinstance(expression, Arithmetic):
                levels.append(item)
            else:
                message = f"a level is a plain value or an axis, not {describe(item)}"
                problems.append(
                    Diagnostic("wrong-type", message, item.span, "write `{axis: [level, level]}`")
                )
        if not isinstance(key.value, str):
            message = f"{describe(key)} is no name of an axis"
            problems.append(Diagnostic("bad-key", message, key.span, "write `{axis: level}`"))
        elif not items:
            hint = "name the levels, or remove the line"
            problems.append(
                Diagnostic("empty-condition", f"no level of `{key.value}` is named", value.span, hint)
            )
        elif levels:
            restrictions.append(Restriction(key.value, tuple(levels), key.span))
    return tuple(restrictions)


def _marked(fields: Fields, key: str) -> tuple[Condition, ...]:
    """Where a stage says that it is an oracle, or that it scores training rows."""
    node = fields.take(key)
    match node:
        case None | Scalar(value=False):
            return ()
        case Scalar(value=True):
            return ((),)
        case Mapping(entries=(_, *_)):
            condition = read_condition(node, fields.problems)
            for level in (level for r in condition for level in r.levels if isinstance(level, Reference)):
                fields.add("bad-reference", f"the levels of `{key}` are written out", level.span)
            return (condition,)
        case _:
            hint = f"write `{key}: true`, or `{key}: {{AXIS: [LEVEL]}}` where only some levels are"
            fields.add("wrong-type", f"`{key}` cannot be {describe(node)}", node.span, hint)
            return ()


def _hide(fields: Fields) -> tuple[Scalar, ...]:
    """The columns and tensors that are hidden: a list of names, each once."""
    node = fields.take("hide")
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    names = [one for one in items if isinstance(one, Scalar) and isinstance(one.value, str) and one.value]
    if len(names) < len(items) or not names:
        hint = "write the names of columns or tensors in brackets: `hide: [domain]`"
        fields.add("wrong-type", "`hide` is a list of names", node.span, hint)
        return ()
    known: set[object] = set()
    for one in names:
        if "${" in str(one.value):
            hint = "write what is hidden itself: stages that hide different columns are two stages"
            fields.add(
                "wrong-value", f"`hide` names columns, and refers to none: {one.value}", one.span, hint
            )
        if one.value in known:
            fields.add("duplicate-key", f"`hide` names `{one.value}` twice", one.span, "name it once")
        known.add(one.value)
    return tuple(names)


def _tolerance(fields: Fields) -> float:
    node = fields.take("tolerance")
    value = node.value if isinstance(node, Scalar) else None
    if node is None or (isinstance(node, Scalar) and value is None):
        return 0.0
    if not isinstance(value, int | float) or isinstance(value, bool):
        hint = "write `tolerance: 1e-6`"
        fields.add("wrong-type", f"`tolerance` is a number, not {describe(node)}", node.span, hint)
    elif not 0 <= value < 1:
        hint = "write a number from 0 to less than 1: results differ by this part of themselves at most"
        fields.add("out-of-range", f"`tolerance` is {value:g}", node.span, hint)
    else:
        return float(value)
    return 0.0


def _resources(node: Mapping | None, problems: list[Diagnostic]) -> Resources:
    if node is None:
        return Resources()
    fields = Fields(node, "resources", problems)
    default = Resources()
    seconds = _positive(fields, "seconds")
    resources = Resources(
        gpu=fields.integer("gpu", default.gpu, 0, 1024),
        gpu_mem_mb=fields.integer("gpu_mem_mb", 0, 1) or None,
        threads=fields.integer("threads", default.threads, 1, 1024),
        mem_mb=fields.integer("mem_mb", default.mem_mb, 1),
        disk_mb=fields.integer("disk_mb", default.disk_mb, 1),
        runtime=fields.integer("runtime", default.runtime, 1),
        nodes=fields.integer("nodes", default.nodes, 1, 10_000),
        processes=fields.integer("processes", default.processes, 1, 1024),
        seconds=seconds,
        stack=_stack(fields),
        workers=fields.integer("workers", default.workers, 0, 1024),
        micro_batch=fields.integer("micro_batch", 0, 1) or None,
        sharded=fields.truth("sharded"),
    )
    fields.finish()
    share = node.get("gpu_mem_mb")
    if share is not None and resources.gpu != 1:
        message = f"`gpu_mem_mb` is a share of one GPU, and the stage asks for {resources.gpu}"
        hint = "write `gpu: 1` beside it, or leave it out: a job then has its GPUs for itself"
        fields.add("share-without-gpu", message, share.span, hint)
    processes = node.get("processes")
    if processes is not None and resources.gpu > 0 and resources.processes > 1:
        message = f"`processes` is for machines without GPUs, and the stage asks for `gpu: {resources.gpu}`"
        hint = "leave `processes` out: there is one process a GPU"
        fields.add("processes-with-gpu", message, processes.span, hint)
    return resources


def _span_of(node: Mapping | None, name: str) -> Span | None:
    found = None if node is None else node.get(name)
    return None if found is None else found.span


def _spread_span(node: Mapping | None, resources: Resources) -> Span | None:
    """Where a stage asks for several processes."""
    if node is None or resources.spread is None:
        return None
    several = {"gpu": resources.gpu, "nodes": resources.nodes, "processes": resources.processes}
    places = (node.get(name) for name, count in several.items() if count > 1)
    return next((place.span for place in places if place is not None), node.span)


def _stack(fields: Fields) -> int | Literal["auto"] | None:
    node = fields.take("stack")
    match node:
        case None | Scalar(value=None):
            return None
        case Scalar(value="auto"):
            return "auto"
        case Scalar(value=int() as value) if not isinstance(value, bool):
            if 1 <= value <= LARGEST_STACK:
                return value
            hint = f"write a number from 1 to {LARGEST_STACK}, or `auto`"
            fields.add("out-of-range", f"`stack` is {value}", node.span, hint)
        case _:
            hint = "write `stack: auto`, or how many tasks at most"
            message = f"`stack` is `auto` or an integer, not {describe(node)}"
            fields.add("wrong-type", message, node.span, hint)
    return None


def _positive(fields: Fields, name: str) -> float | None:
    node = fields.take(name)
    if node is None:
        return None
    value = node.value if isinstance(node, Scalar) else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        message = f"`{name}` is a number, not {describe(node)}"
        fields.add("wrong-type", message, node.span, "write a number from 1e-6 to 1e9")
    elif not 1e-6 <= value <= 1e9:
        fields.add("out-of-range", f"`{name}` is {value:g}", node.span, "write a number from 1e-6 to 1e9")
    else:
        return float(value)
    return None
